using System.Runtime.CompilerServices;

namespace Socorro.Minidumps.Cpu;

/// <summary>
/// The integer registers of one frame: a value per index of <see cref="CpuTraits.RegisterNames"/>, and which are known.
/// 32-bit processors use the low half.
/// </summary>
public struct Registers
{
    /// <summary>How many registers fit: the widest set (MIPS with hi, lo and pc) has 35.</summary>
    public const int Capacity = 40;

    Values _values;

    /// <summary>Bit i is set when register i is known.</summary>
    public ulong Valid { get; private set; }

    /// <summary>Whether a register is known.</summary>
    public readonly bool IsValid(int index) => (Valid >> index & 1) != 0;

    /// <summary>The value of a register, 0 when it is not known.</summary>
    public readonly ulong this[int index] => _values[index];

    /// <summary>The value of a register; false when it is not known.</summary>
    public readonly bool TryGet(int index, out ulong value)
    {
        value = _values[index];
        return IsValid(index);
    }

    internal void Set(int index, ulong value)
    {
        _values[index] = value;
        Valid |= 1UL << index;
    }

    internal void Forget(int index)
    {
        _values[index] = 0;
        Valid &= ~(1UL << index);
    }

    [InlineArray(Capacity)]
    struct Values
    {
#pragma warning disable IDE0044, IDE0051 // the runtime repeats this element; it is never named
        ulong _element;
#pragma warning restore IDE0044, IDE0051
    }
}
