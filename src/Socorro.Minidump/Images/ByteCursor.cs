using System.Buffers.Binary;

namespace Socorro.Minidumps.Images;

/// <summary>
/// Reads a table of numbers one after another. Past the end, and after anything else that cannot be, it gives zeros and says
/// so in <see cref="IsBroken"/>, so that a reader asks once at the end of a structure.
/// </summary>
ref struct ByteCursor(ReadOnlySpan<byte> bytes, bool bigEndian = false)
{
    readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public bool IsBroken { get; private set; }

    public readonly int Left => _bytes.Length - Position;

    public readonly bool IsAtEnd => IsBroken || Position >= _bytes.Length;

    public void Seek(ulong position)
    {
        if (position > (ulong)_bytes.Length)
            IsBroken = true;
        else
            Position = (int)position;
    }

    public void Skip(ulong count) => Seek((ulong)Position + Math.Min(count, int.MaxValue));

    public byte U8() => Take(1) is [var value] ? value : (byte)0;

    public ushort U16() => (ushort)Number(2);

    public uint U32() => (uint)Number(4);

    public ulong U64() => Number(8);

    /// <summary>An unsigned number of 1, 2, 4 or 8 bytes.</summary>
    public ulong Number(int size)
    {
        Span<byte> wide = stackalloc byte[8];
        wide.Clear();
        var taken = Take((ulong)size);
        if (taken.IsEmpty)
            return 0;

        if (bigEndian)
        {
            taken.CopyTo(wide[(8 - size)..]);
            return BinaryPrimitives.ReadUInt64BigEndian(wide);
        }

        taken.CopyTo(wide);
        return BinaryPrimitives.ReadUInt64LittleEndian(wide);
    }

    /// <summary>A signed number of 1, 2, 4 or 8 bytes.</summary>
    public long Signed(int size)
    {
        var unused = 64 - 8 * size;
        return (long)(Number(size) << unused) >> unused;
    }

    /// <summary>ULEB128: seven bits a byte, low bits first.</summary>
    public ulong Uleb()
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var part = U8();
            if (shift < 64)
                value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
    }

    /// <summary>SLEB128: the same, and the last byte's bit 6 is the sign.</summary>
    public long Sleb()
    {
        var value = 0L;
        for (var shift = 0; ; shift += 7)
        {
            var part = U8();
            if (shift < 64)
                value |= (long)(part & 0x7f) << shift;
            if (part >= 0x80)
                continue;

            return shift < 57 && (part & 0x40) != 0 ? value | -1L << (shift + 7) : value;
        }
    }

    /// <summary>A number of bytes; none when there are not so many.</summary>
    public ReadOnlySpan<byte> Take(ulong count)
    {
        if (IsBroken || count > (ulong)Left)
        {
            IsBroken = true;
            return default;
        }

        var taken = _bytes.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    /// <summary>Bytes up to a zero, which is stepped over.</summary>
    public ReadOnlySpan<byte> Text()
    {
        var length = IsBroken ? -1 : _bytes[Position..].IndexOf((byte)0);
        if (length < 0)
        {
            IsBroken = true;
            return default;
        }

        var text = _bytes.Slice(Position, length);
        Position += length + 1;
        return text;
    }
}
