using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>A security token of the process or of one of its threads. What it says is in a form that is not documented.</summary>
/// <param name="Id">The process or thread whose token it is.</param>
public sealed record SecurityToken(uint Id, ulong Handle, ReadOnlyMemory<byte> Bytes)
{
    // The list says the size of its header, each token its own size with its header.
    internal static IReadOnlyList<SecurityToken> ReadAll(DumpFile file)
    {
        const int header = 16;
        if (!file.TryFindStream(StreamType.TokenStream, header, out ReadOnlyMemory<byte> bytes))
            return [];

        var stream = new Fields(bytes.Span, file.Header.BigEndian);
        var tokens = new List<SecurityToken>();
        var at = (int)Math.Max(header, Math.Min(stream.UInt32(8), (uint)stream.Length));
        var count = Math.Min(stream.UInt32(4), (uint)file.Limits.MaxListEntries);
        while (tokens.Count < count && stream.Has(at, header))
        {
            var size = stream.UInt32(at);
            if (size < header || size > (uint)(stream.Length - at))
                break;

            tokens.Add(new(stream.UInt32(at + 4), stream.UInt64(at + 8), bytes.Slice(at + header, (int)size - header)));
            at += (int)size;
        }

        return tokens;
    }
}
