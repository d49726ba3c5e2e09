using System.Buffers;
using System.IO.Pipelines;

namespace Socorro.Cli;

/// <summary>
/// The lines of a stream as bytes, without their ends; blank ones and a byte order mark are passed over. An object that was
/// printed for people, from a brace alone on its line to the one that closes it, counts as a line.
/// </summary>
static class JsonLines
{
    const int BufferSize = 1 << 20;

    /// <summary>No crash that was ever stored is this large, so that a file without lines does not fill the memory.</summary>
    const int MaxLength = 1 << 29;

    /// <param name="stream">Read to its end.</param>
    /// <param name="beforeWaiting">Called when the stream has no more to give at the moment.</param>
    /// <param name="cancel">Stops between two reads.</param>
    /// <returns>Each line with its number, counted from 1; its bytes are good until the next is asked for.</returns>
    /// <exception cref="VerbFailedException">A line is too long.</exception>
    public static async IAsyncEnumerable<(int Number, ReadOnlyMemory<byte> Text)> ReadAsync(
        Stream stream,
        Action beforeWaiting,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var pipe = PipeReader.Create(stream, new(bufferSize: BufferSize, minimumReadSize: BufferSize / 4));
        var number = 0;
        var first = 0;
        ArrayBufferWriter<byte>? printed = null;
        while (true)
        {
            if (!pipe.TryRead(out var result))
            {
                beforeWaiting();
                result = await pipe.ReadAsync(cancel);
            }

            var rest = result.Buffer;
            while (TryTakeLine(ref rest, result.IsCompleted, out var line))
            {
                number++;
                var text = line.IsSingleSegment ? line.First : line.ToArray();
                if (number == 1 && text.Span.StartsWith("\uFEFF"u8))
                    text = text[3..];
                if (printed is null && text.Span.TrimEnd(" \t\r"u8).SequenceEqual("{"u8))
                    (first, printed) = (number, new());
                if (printed is null)
                {
                    if (text.Span.ContainsAnyExcept(" \t\r"u8))
                        yield return (number, text);

                    continue;
                }

                printed.Write(text.Span);
                printed.Write("\n"u8);
                if (printed.WrittenCount > MaxLength)
                    throw new VerbFailedException($"the object at line {first} has more than {MaxLength} bytes");
                if (!text.Span.TrimEnd(" \t\r"u8).SequenceEqual("}"u8))
                    continue;

                yield return (first, printed.WrittenMemory);
                printed = null;
            }

            if (result.IsCompleted)
                break;
            if (rest.Length > MaxLength)
                throw new VerbFailedException($"line {number + 1} has more than {MaxLength} bytes");

            pipe.AdvanceTo(rest.Start, rest.End);
        }

        if (printed is not null)
            yield return (first, printed.WrittenMemory);
    }

    static bool TryTakeLine(ref ReadOnlySequence<byte> rest, bool isLast, out ReadOnlySequence<byte> line)
    {
        line = rest;
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return true;
        }

        if (!isLast || rest.IsEmpty)
            return false;

        rest = rest.Slice(rest.End);
        return true;
    }
}
