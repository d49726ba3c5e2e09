using System.Buffers.Binary;

namespace Socorro.Minidumps.Images.Xz;

/// <summary>LZMA's range coder. Behind the end of its bytes it gives what comes of zeros, and says so.</summary>
ref struct RangeDecoder
{
    /// <summary>The probability of a bit of which nothing is known yet.</summary>
    public const ushort Even = 1 << (ProbabilityBits - 1);

    const int ProbabilityBits = 11;
    const int Adaption = 5;
    const uint Least = 1 << 24;

    readonly ReadOnlySpan<byte> _bytes;
    int _next = 5;
    uint _range = uint.MaxValue;
    uint _code;

    public RangeDecoder(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        IsBroken = bytes is not [0, _, _, _, _, ..];
        if (!IsBroken)
            _code = BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
    }

    public bool IsBroken { get; private set; }

    public bool Bit(ref ushort probability)
    {
        Normalize();
        var bound = (_range >> ProbabilityBits) * probability;
        if (_code < bound)
        {
            _range = bound;
            probability += (ushort)(((1 << ProbabilityBits) - probability) >> Adaption);
            return false;
        }

        _range -= bound;
        _code -= bound;
        probability -= (ushort)(probability >> Adaption);
        return true;
    }

    /// <summary>A number of bits, the highest first, each of which is as likely to be 0 as 1.</summary>
    public uint Direct(int count)
    {
        var value = 0u;
        for (; count > 0; count--)
        {
            Normalize();
            _range >>= 1;
            var bit = _code >= _range ? 1u : 0;
            _code -= _range * bit;
            value = value << 1 | bit;
        }

        return value;
    }

    /// <summary>A number of bits, the highest first, each of which tells how likely the next ones are.</summary>
    public int Tree(Span<ushort> probabilities, int bits)
    {
        var symbol = 1;
        for (var i = 0; i < bits; i++)
            symbol = symbol << 1 | (Bit(ref probabilities[symbol]) ? 1 : 0);
        return symbol - (1 << bits);
    }

    /// <summary>The same with the lowest bit first.</summary>
    public uint ReverseTree(Span<ushort> probabilities, int bits)
    {
        var (symbol, value) = (1, 0u);
        for (var i = 0; i < bits; i++)
        {
            var bit = Bit(ref probabilities[symbol]) ? 1 : 0;
            symbol = symbol << 1 | bit;
            value |= (uint)bit << i;
        }

        return value;
    }

    void Normalize()
    {
        if (_range >= Least)
            return;

        _range <<= 8;
        _code <<= 8;
        if (_next < _bytes.Length)
            _code |= _bytes[_next++];
        else
            IsBroken = true;
    }
}
