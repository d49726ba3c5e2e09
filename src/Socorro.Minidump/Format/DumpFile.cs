using System.Text;

namespace Socorro.Minidumps.Format;

/// <summary>
/// The bytes of a dump and its directory: finds streams, structures and strings, and checks that they lie inside.
/// </summary>
sealed class DumpFile
{
    readonly Dictionary<StreamType, Location> _streams = [];
    readonly ReadOnlyMemory<byte> _bytes;
    long _textLeft;

    DumpFile(ReadOnlyMemory<byte> bytes, MinidumpHeader header, Limits limits, ProblemLog problems)
    {
        Problems = problems;
        _bytes = bytes;
        Header = header;
        Limits = limits;
        _textLeft = limits.MaxTotalText;
    }

    public MinidumpHeader Header { get; }

    public Limits Limits { get; }

    public ProblemLog Problems { get; }

    /// <summary>Every line of the directory in file order, duplicates and unusable ones too.</summary>
    public IReadOnlyList<StreamEntry> Streams { get; private set; } = [];

    public static Refusal? TryOpen(ReadOnlyMemory<byte> bytes, Limits limits, out DumpFile file)
    {
        var refusal = MinidumpHeader.TryRead(bytes.Span, out var header);
        file = new(bytes, header, limits, new());
        return refusal ?? file.ReadDirectory();
    }

    /// <summary>Bytes that structures stand in, without header and streams: what a microdump has of a dump.</summary>
    public static DumpFile WithoutStreams(ReadOnlyMemory<byte> bytes, Limits limits, ProblemLog problems) =>
        new(bytes, new(0, 0, 0, 0, 0, 0, false), limits, problems);

    /// <summary>The fields of a stream; false when the dump has none, or none of at least that size.</summary>
    public bool TryFindStream(StreamType type, int minimumSize, out Fields stream)
    {
        var found = TryFindStream(type, minimumSize, out ReadOnlyMemory<byte> bytes);
        stream = new(bytes.Span, Header.BigEndian);
        return found;
    }

    /// <summary>The bytes of a stream; false when the dump has none, or none of at least that size.</summary>
    public bool TryFindStream(StreamType type, int minimumSize, out ReadOnlyMemory<byte> stream)
    {
        stream = default;
        if (!_streams.TryGetValue(type, out var location))
            return false;
        if (location.Size >= (uint)minimumSize)
            return TrySlice(location, out stream);

        Problems.Add(type.ToString(), $"has only {location.Size} of {minimumSize} bytes");
        return FindEarlier(type, (uint)minimumSize) is { } earlier && TrySlice(earlier, out stream);
    }

    /// <summary>Where a stream stands, for those whose structure is not read.</summary>
    public Location? FindStream(StreamType type) => _streams.TryGetValue(type, out var location) ? location : null;

    // Of streams of one type the last one counts, unless it is too short and another is not.
    Location? FindEarlier(StreamType type, uint minimumSize)
    {
        for (var i = Streams.Count - 1; i >= 0; i--)
        {
            var entry = Streams[i];
            if (entry.Type == type && entry.Location.Size >= minimumSize && TrySlice(entry.Location, out _))
                return entry.Location;
        }

        return null;
    }

    /// <summary>The bytes at a location; false unless all of them are in the file.</summary>
    public bool TrySlice(Location location, out ReadOnlyMemory<byte> slice)
    {
        if (location.Rva > (ulong)_bytes.Length || location.Size > (ulong)_bytes.Length - location.Rva)
        {
            slice = default;
            return false;
        }

        slice = _bytes.Slice((int)location.Rva, (int)location.Size);
        return true;
    }

    /// <summary>As many of the bytes as are in the file; false when none are.</summary>
    public bool TrySliceUpTo(ulong rva, ulong size, out ReadOnlyMemory<byte> slice)
    {
        slice = default;
        if (rva >= (ulong)_bytes.Length)
            return false;

        slice = _bytes.Slice((int)rva, (int)Math.Min(size, (ulong)_bytes.Length - rva));
        return true;
    }

    /// <summary>The structure at a location; false unless all of it is in the file.</summary>
    public bool TryFields(Location location, out Fields fields)
    {
        var found = TrySlice(location, out var slice);
        fields = new(slice.Span, Header.BigEndian);
        return found;
    }

    /// <summary>
    /// A MINIDUMP_STRING: length in bytes, then UTF-16. Null when it is not in the file or has an odd length. Some writers
    /// count the NUL behind it.
    /// </summary>
    public string? ReadUtf16(ulong rva)
    {
        if (!TryFields(new(4, rva), out var prefix))
            return null;

        var size = prefix.UInt32(0);
        if (size % 2 != 0 || !TryFields(new(size, rva + 4), out var text))
            return null;

        return DecodeUtf16(text.Bytes[..Bound(text.Length, 2 * Limits.MaxStringLength)]).TrimEnd('\0');
    }

    /// <summary>A MinidumpUTF8String of Crashpad: length in bytes, then UTF-8.</summary>
    public string? ReadUtf8(ulong rva) => TryFindByteArray(rva, out var text) ? DecodeUtf8(text.Span) : null;

    /// <summary>A MinidumpByteArray of Crashpad: length, then as many bytes. Counts as text, which it may be.</summary>
    public bool TryReadByteArray(ulong rva, out ReadOnlyMemory<byte> bytes) =>
        TryFindByteArray(rva, out bytes) && Spend(bytes.Length);

    bool TryFindByteArray(ulong rva, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (!TryFields(new(4, rva), out var prefix) || !TrySlice(new(prefix.UInt32(0), rva + 4), out bytes))
            return false;

        bytes = bytes[..Bound(bytes.Length, Limits.MaxStringLength)];
        return true;
    }

    /// <summary>UTF-16 in a field of fixed size, up to its NUL.</summary>
    public string ReadFixedUtf16(Fields fields, int offset, int units)
    {
        var text = DecodeUtf16(fields.Bytes.Slice(offset, 2 * units));
        return text.IndexOf('\0') is >= 0 and var end ? text[..end] : text;
    }

    /// <summary>Decodes UTF-16 in the dump's byte order; lone surrogates become U+FFFD.</summary>
    public string DecodeUtf16(ReadOnlySpan<byte> bytes) =>
        Spend(bytes.Length) ? (Header.BigEndian ? Encoding.BigEndianUnicode : Encoding.Unicode).GetString(bytes) : "";

    public string DecodeUtf8(ReadOnlySpan<byte> bytes) => Spend(bytes.Length) ? Encoding.UTF8.GetString(bytes) : "";

    bool Spend(int length)
    {
        var left = Interlocked.Add(ref _textLeft, -length);
        if (left < 0 && left + length >= 0)
            Problems.Add("The dump", $"has more than {Limits.MaxTotalText} bytes of text; the rest was left out");
        return left >= 0;
    }

    int Bound(int length, int limit)
    {
        if (length <= limit)
            return length;

        Problems.Add("A string", $"of {length} bytes was cut after {limit}");
        return limit;
    }

    Refusal? ReadDirectory()
    {
        const int entrySize = 12;
        if (Header.StreamCount == 0)
            return null;
        if (!TryFields(new(entrySize, Header.StreamDirectoryRva), out _))
        {
            return new(
                "MissingDirectory",
                $"The minidump is cut short: its directory should be at byte {Header.StreamDirectoryRva} "
                + $"but the file has only {_bytes.Length} bytes.");
        }

        var room = (uint)((_bytes.Length - (int)Header.StreamDirectoryRva) / entrySize);
        var count = Math.Min(Header.StreamCount, room);
        if (count < Header.StreamCount)
            Problems.Add("The directory", $"claims {Header.StreamCount} streams but the file ends after {count}");
        if (count > Limits.MaxStreams)
        {
            Problems.Add("The directory", $"claims {count} streams; the first {Limits.MaxStreams} were read");
            count = (uint)Limits.MaxStreams;
        }

        var entries = new StreamEntry[count];
        for (var i = 0; i < entries.Length; i++)
        {
            TryFields(new(entrySize, Header.StreamDirectoryRva + (ulong)i * entrySize), out var fields);
            entries[i] = new((StreamType)fields.UInt32(0), fields.Location(4));
            Note(entries[i]);
        }

        Streams = entries;
        return null;
    }

    // Of duplicates the last usable one counts. Writers pad the directory with unused entries, which are all alike.
    void Note(StreamEntry entry)
    {
        if (entry.Type == StreamType.UnusedStream)
            return;
        if (!TrySlice(entry.Location, out _))
        {
            Problems.Add(entry.Name, "does not lie inside the file");
            return;
        }

        if (!_streams.TryAdd(entry.Type, entry.Location))
        {
            Problems.Add(entry.Name, "is there more than once; the last one was read");
            _streams[entry.Type] = entry.Location;
        }
    }
}
