namespace Socorro.Minidumps.Images.Xz;

/// <summary>Unpacks LZMA2: pieces of up to 2 MiB that are stored or packed with LZMA, and may start anew or go on.</summary>
static class Lzma2
{
    /// <param name="used">Bytes of the packed data, with the zero that ends it.</param>
    public static bool TryUnpack(ReadOnlySpan<byte> packed, Lzma2Output output, out int used)
    {
        var cursor = new ByteCursor(packed, bigEndian: true);
        LzmaDecoder? decoder = null;
        output.ResetDictionary();
        while (cursor.U8() is var control && control != 0)
        {
            used = 0;
            if (control is 1 or 0x80 or >= 0xe0)
                output.ResetDictionary();

            if (control < 0x80)
            {
                if (control > 2 || !output.TryAppend(cursor.Take(cursor.U16() + 1UL)))
                    return false;
                continue;
            }

            var size = ((control & 0x1f) << 16) + cursor.U16() + 1;
            var packedSize = cursor.U16() + 1UL;
            if (control >= 0xc0)
                decoder = LzmaDecoder.Create(cursor.U8());
            else if (control >= 0xa0)
                decoder?.ResetState();
            if (decoder is null || cursor.Take(packedSize) is not [_, ..] piece || !decoder.TryDecode(piece, output, size))
                return false;
        }

        used = cursor.Position;
        return !cursor.IsBroken;
    }
}

/// <summary>What was unpacked so far, up to a limit; it is its own dictionary.</summary>
sealed class Lzma2Output(int maxBytes)
{
    byte[] _bytes = new byte[Math.Min(maxBytes, 1 << 16)];
    int _dictionaryStart;

    public int Length { get; private set; }

    /// <summary>How far back a match may reach.</summary>
    public int DictionaryLength => Length - _dictionaryStart;

    /// <summary>The last byte; 0 at the dictionary's start.</summary>
    public byte Previous => DictionaryLength > 0 ? _bytes[Length - 1] : (byte)0;

    public byte[] ToArray() => _bytes[..Length];

    public void ResetDictionary() => _dictionaryStart = Length;

    /// <summary>Makes room; false when that would be more than the limit.</summary>
    public bool TryReserve(int count)
    {
        if (count > maxBytes - Length)
            return false;
        if (Length + count > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(maxBytes, Math.Max(2L * _bytes.Length, Length + count)));
        return true;
    }

    public bool TryAppend(ReadOnlySpan<byte> stored)
    {
        if (!TryReserve(stored.Length))
            return false;

        stored.CopyTo(_bytes.AsSpan(Length));
        Length += stored.Length;
        return true;
    }

    /// <summary>Into reserved room.</summary>
    public void Append(byte value) => _bytes[Length++] = value;

    /// <param name="distance">1 for the last byte.</param>
    public byte At(int distance) => _bytes[Length - distance];

    /// <summary>Repeats what was unpacked before, into reserved room; the copy may overlap what it is copied from.</summary>
    public void Repeat(int distance, int count)
    {
        for (; count > 0; count--)
            Append(At(distance));
    }
}
