using System.Diagnostics.CodeAnalysis;

namespace Socorro.Minidumps.Images.Xz;

/// <summary>
/// Unpacks .xz files (tukaani.org/xz/xz-file-format.txt) as linkers' tools make them: blocks of LZMA2, without other filters.
/// Checksums are not looked at; whatever comes out is read as carefully as any file.
/// </summary>
static class XzFile
{
    const int HeaderBytes = 12;
    const ulong Lzma2Filter = 0x21;

    static ReadOnlySpan<byte> Magic => [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

    /// <summary>False when the bytes are not understood, or make more than a limit.</summary>
    public static bool TryUnpack(ReadOnlySpan<byte> packed, int maxBytes, [NotNullWhen(true)] out byte[]? unpacked)
    {
        unpacked = null;
        if (packed.Length < HeaderBytes || !packed.StartsWith(Magic) || FindCheckBytes(packed[7] & 0x0f) is not { } checkBytes)
            return false;

        var output = new Lzma2Output(maxBytes);
        var cursor = new ByteCursor(packed);
        cursor.Skip(HeaderBytes);
        while (cursor.U8() is var size && size != 0)
        {
            if (!TrySkipBlockHeader(ref cursor, size))
                return false;

            var start = cursor.Position;
            if (!Lzma2.TryUnpack(packed[start..], output, out var used))
                return false;

            cursor.Skip((ulong)((used + 3) & ~3) + (ulong)checkBytes);
        }

        if (cursor.IsBroken)
            return false;

        unpacked = output.ToArray();
        return true;
    }

    // Flags, sizes that are there or not, filters, padding, and a checksum.
    static bool TrySkipBlockHeader(ref ByteCursor cursor, byte size)
    {
        const int packedSize = 0x40, unpackedSize = 0x80;
        var end = (ulong)cursor.Position - 1 + ((ulong)size + 1) * 4;
        var flags = cursor.U8();
        if ((flags & packedSize) != 0)
            cursor.Uleb();
        if ((flags & unpackedSize) != 0)
            cursor.Uleb();
        var isPlain = (flags & 0x3f) == 0 && cursor.Uleb() == Lzma2Filter;
        cursor.Seek(end);
        return isPlain && !cursor.IsBroken;
    }

    static int? FindCheckBytes(int kind) => kind switch
    {
        0 => 0,
        1 => 4,
        4 => 8,
        10 => 32,
        _ => null,
    };
}
