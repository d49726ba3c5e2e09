namespace Socorro.Minidumps.Symbols.Text;

/// <summary>Reads the fields of one line of a symbol file from left to right.</summary>
ref struct FieldReader(ReadOnlySpan<byte> line)
{
    readonly ReadOnlySpan<byte> _line = line;
    int _position;

    /// <summary>Whether only blanks are left.</summary>
    public bool IsAtEnd
    {
        get
        {
            SkipBlanks();
            return _position == _line.Length;
        }
    }

    /// <summary>Reads up to 16 hex digits without a prefix.</summary>
    public bool TryReadHex(out ulong value)
    {
        SkipBlanks();
        value = 0;
        var start = _position;
        while (_position < _line.Length)
        {
            var digit = HexDigits[_line[_position]];
            if (digit > 15)
                break;

            value = value << 4 | digit;
            _position++;
        }

        return _position - start is > 0 and <= 16 && IsAtFieldEnd;
    }

    /// <summary>Reads hex digits whose value fits 32 bits.</summary>
    public bool TryReadHex32(out uint value)
    {
        var read = TryReadHex(out var wide);
        value = (uint)wide;
        return read && wide <= uint.MaxValue;
    }

    /// <summary>Reads a decimal number that fits 32 bits.</summary>
    public bool TryReadDecimal(out uint value)
    {
        SkipBlanks();
        var wide = 0UL;
        var start = _position;
        while (_position < _line.Length && (uint)(_line[_position] - '0') <= 9)
            wide = wide * 10 + (uint)(_line[_position++] - '0');

        value = (uint)wide;
        return _position - start is > 0 and <= 10 && wide <= uint.MaxValue && IsAtFieldEnd;
    }

    /// <summary>Reads the characters up to the next blank; false at the end of the line.</summary>
    public bool TryReadWord(out ReadOnlySpan<byte> word)
    {
        SkipBlanks();
        var rest = _line[_position..];
        var length = rest.IndexOfAny((byte)' ', (byte)'\t');
        word = length < 0 ? rest : rest[..length];
        _position += word.Length;
        return !word.IsEmpty;
    }

    /// <summary>Steps over a word if it is the next one.</summary>
    public bool TrySkip(ReadOnlySpan<byte> expected)
    {
        var before = _position;
        if (TryReadWord(out var word) && word.SequenceEqual(expected))
            return true;

        _position = before;
        return false;
    }

    /// <summary>Everything that is left, blanks within included: names have them.</summary>
    public ReadOnlySpan<byte> ReadRest()
    {
        SkipBlanks();
        var rest = _line[_position..];
        _position = _line.Length;
        return rest;
    }

    /// <summary>How many fields are left.</summary>
    public readonly int CountFields()
    {
        // Converters put one blank between fields.
        var text = _line[_position..];
        if (text is [(byte)' ', not (byte)' ', ..] && text[^1] != ' ' && text.IndexOf("  "u8) < 0 && !text.Contains((byte)'\t'))
            return text.Count((byte)' ');

        var rest = this;
        var count = 0;
        while (rest.TryReadWord(out _))
            count++;
        return count;
    }

    readonly bool IsAtFieldEnd => _position == _line.Length || _line[_position] is (byte)' ' or (byte)'\t';

    void SkipBlanks()
    {
        while (_position < _line.Length && _line[_position] is (byte)' ' or (byte)'\t')
            _position++;
    }

    /// <summary>The value of each character as a hex digit, 255 when it is none.</summary>
    public static ReadOnlySpan<byte> HexDigits =>
    [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 255, 255, 255, 255, 255,
        255, 10, 11, 12, 13, 14, 15, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 10, 11, 12, 13, 14, 15, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    ];
}
