using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Output;

/// <summary>Some frames of one stack.</summary>
/// <param name="End">The first that is not among them.</param>
readonly record struct FrameRange(CallStack Stack, int Start, int End, bool HasRegisters)
{
    /// <summary>The same frames in pieces.</summary>
    public IEnumerable<FrameRange> Split(int length)
    {
        for (var start = Start; start < End; start += length)
            yield return this with { Start = start, End = Math.Min(start + length, End) };
    }
}

/// <summary>
/// Writes the frames of a large report on several processors. Helpers write pieces into memory, a few ahead of what is out;
/// the owner puts them out in their order, and writes one himself where the next is not ready.
/// </summary>
sealed class JsonPieces : IDisposable
{
    const int SlotsForHelper = 4;

    readonly object _gate = new();
    readonly FrameRange[] _pieces;
    readonly Utf8JsonWriter _json;
    readonly Func<Utf8JsonWriter, JsonFrames> _createFrames;
    readonly JsonFrames _frames;
    readonly PieceWriter _ahead;
    readonly Slot[] _slots;
    readonly Thread[] _helpers;
    int _claimed;
    int _out;
    bool _isEnded;
    ExceptionDispatchInfo? _failure;

    /// <param name="pieces">What will be asked for, in this order.</param>
    /// <param name="json">Where it goes.</param>
    /// <param name="createFrames">Those who write at the same time have one each.</param>
    public JsonPieces(FrameRange[] pieces, int helpers, Utf8JsonWriter json, Func<Utf8JsonWriter, JsonFrames> createFrames)
    {
        _pieces = pieces;
        _json = json;
        _createFrames = createFrames;
        _frames = createFrames(json);
        _ahead = new(json.Options, createFrames);
        _slots = [.. Enumerable.Range(0, helpers * SlotsForHelper).Select(_ => new Slot())];
        _helpers = [.. Enumerable.Range(0, helpers).Select(_ => new Thread(Help) { IsBackground = true, Name = "report" })];
        foreach (var helper in _helpers)
            helper.Start();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isEnded = true;
            Monitor.PulseAll(_gate);
        }

        foreach (var helper in _helpers)
            helper.Join();
        _ahead.Dispose();
    }

    /// <summary>Puts out the next piece.</summary>
    public void WriteNext()
    {
        var slot = SlotOf(_out);
        while (!slot.IsFull)
        {
            if (!TryClaim(out var piece))
            {
                WaitFor(slot);
            }
            else if (piece == _out)
            {
                _frames.Write(_pieces[piece]);
                Advance(slot);
                return;
            }
            else
            {
                Fill(piece, _ahead);
            }
        }

        _json.WriteRawValue(slot.Content.WrittenSpan, skipInputValidation: true);
        Advance(slot);
    }

    void Help()
    {
        try
        {
            using var writer = new PieceWriter(_json.Options, _createFrames);
            while (TryAwaitClaim(out var piece))
                Fill(piece, writer);
        }
        catch (Exception e)
        {
            // The owner throws it where it waits for the piece.
            lock (_gate)
            {
                _failure ??= ExceptionDispatchInfo.Capture(e);
                Monitor.PulseAll(_gate);
            }
        }
    }

    void Fill(int piece, PieceWriter writer)
    {
        var slot = SlotOf(piece);
        writer.Write(_pieces[piece], slot.Content);
        lock (_gate)
        {
            slot.IsFull = true;
            Monitor.PulseAll(_gate);
        }
    }

    void Advance(Slot slot)
    {
        lock (_gate)
        {
            slot.IsFull = false;
            _out++;
            Monitor.PulseAll(_gate);
        }
    }

    void WaitFor(Slot slot)
    {
        lock (_gate)
        {
            while (!slot.IsFull && _failure is null)
                Monitor.Wait(_gate);
            _failure?.Throw();
        }
    }

    /// <summary>Takes a piece that nobody writes yet; false when there is none, or no room for it.</summary>
    bool TryClaim(out int piece)
    {
        lock (_gate)
        {
            piece = _claimed;
            if (_claimed == _pieces.Length || _claimed - _out >= _slots.Length)
                return false;

            _claimed++;
            return true;
        }
    }

    /// <summary>Waits for room as well; false when nothing is left to do.</summary>
    bool TryAwaitClaim(out int piece)
    {
        lock (_gate)
        {
            while (!_isEnded && _claimed < _pieces.Length)
            {
                if (TryClaim(out piece))
                    return true;

                Monitor.Wait(_gate);
            }

            piece = 0;
            return false;
        }
    }

    Slot SlotOf(int piece) => _slots[piece % _slots.Length];

    /// <summary>Room for a piece that is written ahead.</summary>
    sealed class Slot
    {
        volatile bool _isFull;

        public ArrayBufferWriter<byte> Content { get; } = new();

        public bool IsFull
        {
            get => _isFull;
            set => _isFull = value;
        }
    }

    /// <summary>Writes pieces into memory, one after the other.</summary>
    sealed class PieceWriter : IDisposable
    {
        readonly Utf8JsonWriter _json;
        readonly JsonFrames _frames;

        public PieceWriter(JsonWriterOptions options, Func<Utf8JsonWriter, JsonFrames> createFrames)
        {
            _json = new(Stream.Null, options);
            _frames = createFrames(_json);
        }

        public void Write(FrameRange piece, ArrayBufferWriter<byte> content)
        {
            content.ResetWrittenCount();
            _json.Reset(content);
            _frames.Write(piece);
            _json.Flush();
        }

        public void Dispose() => _json.Dispose();
    }
}
