using System.Text.Json;
using Socorro.Minidumps.Reasons;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Output;

/// <summary>Writes the threads, those of a large report on several processors.</summary>
sealed class JsonThreads
{
    /// <summary>With fewer frames for each, a second writer is not worth its start.</summary>
    const int FramesForWriter = 1000;

    /// <summary>Frames that are written at a time: some 200 kB.</summary>
    const int PieceLength = 256;

    readonly ProcessState _state;
    readonly Utf8JsonWriter _json;
    readonly AddressText _addresses;
    readonly JsonOptions _options;
    readonly JsonEncodedText[] _modules;
    readonly JsonFrames _frames;
    JsonPieces? _pieces;

    public JsonThreads(ProcessState state, Utf8JsonWriter json, AddressText addresses, JsonOptions options)
    {
        _state = state;
        _json = json;
        _addresses = addresses;
        _options = options;
        _modules = [.. state.Dump.Modules.Select(module => JsonEncodedText.Encode(module.LeafName, JsonReport.Encoder))];
        _frames = CreateFrames(json);
    }

    public void WriteAll()
    {
        _json.WriteStartArray("threads");
        using (_pieces = StartPieces())
        {
            foreach (var thread in _state.Threads)
                Write(thread, index: null);
        }

        _pieces = null;
        _json.WriteEndArray();
    }

    public void WriteCrashing()
    {
        _json.WritePropertyName("crashing_thread");
        if (_state.CrashingThread is { } index)
            Write(_state.Threads[index], index);
        else
            _json.WriteNullValue();
    }

    /// <param name="index">The thread's place among all, when it is written as the one that crashed.</param>
    void Write(ThreadState thread, int? index)
    {
        _json.WriteStartObject();
        _json.WriteNumber("frame_count", thread.Stack.Span.Length);
        WriteFrames(thread.Stack, hasRegisters: index is not null || _options.HasAllRegisters);
        var (lastError, lastStatus) = ThreadEnvironment.Read(_state.Dump, thread.Record);
        _json.WriteString("last_error_value", lastError is { } code ? WindowsError.Describe(code) : null);
        if (lastStatus is { } status and not 0)
            _json.WriteString("last_status_value", WindowsError.Describe(status));
        _json.WriteNumber("priority", thread.Record.Priority);
        if (ShadowStackOf(thread) is { } shadow)
            _json.WriteString("shadow_stack_pointer", _addresses.Format(shadow));
        _json.WriteString("stack_end", thread.Stack.End.Word);
        if (thread.Record.Times is { StartAddress: not 0 and var start })
            _json.WriteString("start_address", _addresses.Format(start));
        if (thread.Start is { FunctionUtf8.IsEmpty: false } entry)
            _json.WriteString("start_function", entry.ReadableUtf8.Span);
        if (thread.Start is { Module: >= 0 and var module })
            _json.WriteString("start_module", _modules[module]);
        _json.WriteNumber("suspend_count", thread.Record.SuspendCount);
        _json.WriteNumber("thread_id", thread.Record.Id);
        _json.WriteString("thread_name", thread.Record.Name);
        if (index is { } place)
            _json.WriteNumber("threads_index", place);
        if (thread.Record.Times is { } times)
            WriteTimes(times);
        if (thread.Stack.Span.Length > _options.MaxFrames)
            _json.WriteBoolean("truncated", true);
        _json.WriteEndObject();
    }

    // Of the crashed thread it was saved with the exception.
    ulong? ShadowStackOf(ThreadState thread) =>
        _state.Dump.Exception is { Context: { } context, ThreadId: var id } && id == thread.Record.Id
            ? context.ShadowStackPointer
            : thread.Record.Context?.ShadowStackPointer;

    void WriteTimes(ThreadTimes times)
    {
        _json.WriteStartObject("times");
        _json.WriteNumber("affinity", times.Affinity);
        _json.WriteNumberOrNull("created", times.Created);
        _json.WriteNumber("exit_status", times.ExitStatus);
        _json.WriteNumberOrNull("exited", times.Exited);
        _json.WriteNumber("flags", times.Flags);
        _json.WriteNumber("kernel_ms", times.KernelTime / ThreadTimes.PerMillisecond);
        _json.WriteNumber("user_ms", times.UserTime / ThreadTimes.PerMillisecond);
        _json.WriteEndObject();
    }

    void WriteFrames(CallStack stack, bool hasRegisters)
    {
        var (head, tail) = RangesOf(stack, hasRegisters);
        _json.WriteStartArray("frames");
        Write(head);
        if (tail.Start > head.End)
            WriteGap(tail.Start - head.End);
        Write(tail);
        _json.WriteEndArray();
    }

    void Write(FrameRange range)
    {
        foreach (var piece in range.Split(PieceLength))
        {
            if (_pieces is null)
                _frames.Write(piece);
            else
                _pieces.WriteNext();
        }
    }

    void WriteGap(int frames)
    {
        _json.WriteStartObject();
        _json.WriteStartObject("truncated");
        _json.WriteString("msg", $"{frames} frames truncated");
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    /// <summary>The frames in front of the gap, and those behind it.</summary>
    (FrameRange Head, FrameRange Tail) RangesOf(CallStack stack, bool hasRegisters)
    {
        var length = stack.Span.Length;

        // One entry says that there is a gap.
        var (head, tail) = length <= _options.MaxFrames
            ? (length, 0)
            : (_options.MaxFrames / 2, (_options.MaxFrames - 1) / 2);
        return (new(stack, 0, head, hasRegisters), new(stack, length - tail, length, hasRegisters));
    }

    /// <summary>Null when one writer does it all.</summary>
    JsonPieces? StartPieces()
    {
        // What is indented depends on where it stands.
        var writers = _options.IsPretty ? 1 : _options.MaxWriters;
        writers = Math.Min(writers, _state.Threads.Sum(thread => thread.Stack.Span.Length) / FramesForWriter);
        if (writers < 2)
            return null;

        var pieces = from thread in _state.Threads
                     let ranges = RangesOf(thread.Stack, _options.HasAllRegisters)
                     from range in new[] { ranges.Head, ranges.Tail }
                     from piece in range.Split(PieceLength)
                     select piece;
        return new([.. pieces], writers - 1, _json, CreateFrames);
    }

    JsonFrames CreateFrames(Utf8JsonWriter json) => new(_state, json, _options, _modules);
}
