namespace Socorro.Minidumps.Images.Xz;

/// <summary>
/// Decodes LZMA (7-zip.org/sdk.html, "LZMA specification"): a range coder over literals and matches. Any bytes decode to
/// something or are refused, in time that is in proportion to what comes out.
/// </summary>
sealed class LzmaDecoder
{
    const int States = 12;
    const int FirstStateOfMatches = 7;
    const int PositionStates = 16;
    const int ShortestMatch = 2;
    const int LengthClasses = 4;
    const int FirstModelledSlot = 4;
    const int FirstDirectSlot = 14;
    const int AlignBits = 4;

    readonly int _literalContextBits;
    readonly int _literalPositionMask;
    readonly int _positionMask;
    readonly ushort[] _literals;
    readonly ushort[] _isMatch = new ushort[States * PositionStates];
    readonly ushort[] _isRepeat = new ushort[States];
    readonly ushort[] _isRepeatOfOlder = new ushort[States];
    readonly ushort[] _isRepeatOfThird = new ushort[States];
    readonly ushort[] _isRepeatOfFourth = new ushort[States];
    readonly ushort[] _isRepeatLong = new ushort[States * PositionStates];
    readonly ushort[] _slots = new ushort[LengthClasses << 6];
    readonly ushort[] _distances = new ushort[1 + (1 << FirstDirectSlot / 2) - FirstDirectSlot];
    readonly ushort[] _align = new ushort[1 << AlignBits];
    readonly LzmaLengths _matchLengths = new();
    readonly LzmaLengths _repeatLengths = new();
    readonly uint[] _repeats = new uint[4];
    int _state;

    LzmaDecoder(int contextBits, int positionBits, int lengthPositionBits)
    {
        _literalContextBits = contextBits;
        _literalPositionMask = (1 << positionBits) - 1;
        _positionMask = (1 << lengthPositionBits) - 1;
        _literals = new ushort[0x300 << (contextBits + positionBits)];
        ResetState();
    }

    /// <summary>Null when the byte with the three parameters is out of range.</summary>
    public static LzmaDecoder? Create(byte parameters)
    {
        var (context, position, lengthPosition) = (parameters % 9, parameters / 9 % 5, parameters / 45);
        return lengthPosition <= 4 && context + position <= 4 ? new(context, position, lengthPosition) : null;
    }

    public void ResetState()
    {
        ushort[][] all =
        [
            _literals, _isMatch, _isRepeat, _isRepeatOfOlder, _isRepeatOfThird, _isRepeatOfFourth, _isRepeatLong, _slots, _distances,
            _align,
        ];
        foreach (var probabilities in all)
            Array.Fill(probabilities, RangeDecoder.Even);
        _matchLengths.Reset();
        _repeatLengths.Reset();
        Array.Clear(_repeats);
        _state = 0;
    }

    /// <summary>Decodes one piece, which makes a number of bytes.</summary>
    public bool TryDecode(ReadOnlySpan<byte> packed, Lzma2Output output, int size)
    {
        if (!output.TryReserve(size))
            return false;

        var coder = new RangeDecoder(packed);
        var end = output.Length + size;
        while (output.Length < end && !coder.IsBroken)
        {
            var position = output.DictionaryLength & _positionMask;
            if (!coder.Bit(ref _isMatch[_state * PositionStates + position]))
            {
                DecodeLiteral(ref coder, output);
                continue;
            }

            var length = coder.Bit(ref _isRepeat[_state])
                ? DecodeRepeat(ref coder, position)
                : DecodeMatch(ref coder, position);
            if (_repeats[0] >= (uint)output.DictionaryLength || length > end - output.Length)
                return false;

            output.Repeat((int)_repeats[0] + 1, length);
        }

        return !coder.IsBroken;
    }

    void DecodeLiteral(ref RangeDecoder coder, Lzma2Output output)
    {
        var context = (output.DictionaryLength & _literalPositionMask) << _literalContextBits | output.Previous >> (8 - _literalContextBits);
        var probabilities = _literals.AsSpan(0x300 * context, 0x300);
        var symbol = 1;
        if (_state >= FirstStateOfMatches && _repeats[0] < (uint)output.DictionaryLength)
        {
            // Behind a match, the byte that it would have gone on with tells what is unlikely.
            var match = (int)output.At((int)_repeats[0] + 1);
            while (symbol < 0x100)
            {
                var expected = match >> 7 & 1;
                match <<= 1;
                var bit = coder.Bit(ref probabilities[((1 + expected) << 8) + symbol]) ? 1 : 0;
                symbol = symbol << 1 | bit;
                if (bit != expected)
                    break;
            }
        }

        while (symbol < 0x100)
            symbol = symbol << 1 | (coder.Bit(ref probabilities[symbol]) ? 1 : 0);
        output.Append((byte)symbol);
        _state = _state switch { < 4 => 0, < 10 => _state - 3, _ => _state - 6 };
    }

    int DecodeMatch(ref RangeDecoder coder, int position)
    {
        _repeats[3] = _repeats[2];
        _repeats[2] = _repeats[1];
        _repeats[1] = _repeats[0];
        var length = _matchLengths.Decode(ref coder, position);
        _repeats[0] = DecodeDistance(ref coder, Math.Min(length, LengthClasses - 1));
        _state = _state < FirstStateOfMatches ? 7 : 10;
        return length + ShortestMatch;
    }

    int DecodeRepeat(ref RangeDecoder coder, int position)
    {
        if (!coder.Bit(ref _isRepeatOfOlder[_state]))
        {
            if (!coder.Bit(ref _isRepeatLong[_state * PositionStates + position]))
            {
                _state = _state < FirstStateOfMatches ? 9 : 11;
                return 1;
            }
        }
        else
        {
            var which = !coder.Bit(ref _isRepeatOfThird[_state]) ? 1 : !coder.Bit(ref _isRepeatOfFourth[_state]) ? 2 : 3;
            var distance = _repeats[which];
            for (; which > 0; which--)
                _repeats[which] = _repeats[which - 1];
            _repeats[0] = distance;
        }

        _state = _state < FirstStateOfMatches ? 8 : 11;
        return _repeatLengths.Decode(ref coder, position) + ShortestMatch;
    }

    uint DecodeDistance(ref RangeDecoder coder, int lengthClass)
    {
        var slot = coder.Tree(_slots.AsSpan(lengthClass << 6, 1 << 6), 6);
        if (slot < FirstModelledSlot)
            return (uint)slot;

        var bits = (slot >> 1) - 1;
        var distance = (uint)(2 | slot & 1) << bits;
        if (slot < FirstDirectSlot)
            return distance + coder.ReverseTree(_distances.AsSpan((int)distance - slot), bits);

        return distance + (coder.Direct(bits - AlignBits) << AlignBits) + coder.ReverseTree(_align, AlignBits);
    }
}

/// <summary>The lengths of matches: short ones by their position, long ones not.</summary>
sealed class LzmaLengths
{
    readonly ushort[] _choices = new ushort[2];
    readonly ushort[] _low = new ushort[16 << 3];
    readonly ushort[] _middle = new ushort[16 << 3];
    readonly ushort[] _high = new ushort[1 << 8];

    public void Reset()
    {
        foreach (var probabilities in (ushort[][])[_choices, _low, _middle, _high])
            Array.Fill(probabilities, RangeDecoder.Even);
    }

    public int Decode(ref RangeDecoder coder, int position)
    {
        if (!coder.Bit(ref _choices[0]))
            return coder.Tree(_low.AsSpan(position << 3, 1 << 3), 3);
        if (!coder.Bit(ref _choices[1]))
            return 8 + coder.Tree(_middle.AsSpan(position << 3, 1 << 3), 3);

        return 16 + coder.Tree(_high, 8);
    }
}
