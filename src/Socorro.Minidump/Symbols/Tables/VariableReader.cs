namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>Reads numbers of variable length, as <see cref="ByteBuffer"/> writes them, from bytes that may be damaged.</summary>
ref struct VariableReader(ReadOnlySpan<byte> bytes)
{
    readonly ReadOnlySpan<byte> _bytes = bytes;

    int _position;

    public readonly int Position => _position;

    public readonly bool IsAtEnd => _position >= _bytes.Length;

    /// <summary>False when the bytes end within the number or it does not fit 64 bits.</summary>
    public bool TryRead(out ulong value)
    {
        if ((uint)_position >= (uint)_bytes.Length || _bytes[_position] >= 0x80)
            return TryReadLong(out value);

        value = _bytes[_position++];
        return true;
    }

    public bool TryRead32(out uint value)
    {
        var read = TryRead(out var wide);
        value = (uint)wide;
        return read && wide <= uint.MaxValue;
    }

    public bool TryReadSigned(out long value)
    {
        var read = TryRead(out var folded);
        value = (long)(folded >> 1) ^ -(long)(folded & 1);
        return read;
    }

    public bool TryReadByte(out byte value)
    {
        value = IsAtEnd ? (byte)0 : _bytes[_position];
        if (IsAtEnd)
            return false;

        _position++;
        return true;
    }

    /// <summary>Takes a number of bytes whole; false when there are not so many.</summary>
    public bool TryTake(ulong count, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (count > (ulong)(_bytes.Length - _position))
            return false;

        taken = _bytes.Slice(_position, (int)count);
        _position += (int)count;
        return true;
    }

    bool TryReadLong(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 70 && _position < _bytes.Length; shift += 7)
        {
            var part = _bytes[_position++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return true;
        }

        return false;
    }
}
