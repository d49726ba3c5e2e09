using System.Globalization;
using System.Numerics;

namespace Socorro.Minidumps.Instructions;

/// <summary>What both instruction sets of 32-bit Arm have in common.</summary>
/// <param name="pcOffset">How far the program counter is ahead when an instruction reads it.</param>
sealed class ArmAccesses(MachineState machine, ulong pcOffset)
{
    const int Pc = 15;

    static readonly string[] Conditions = "eq ne hs lo mi pl vs vc hi ls ge lt gt le al nv".Split(' ');

    readonly AccessList _accesses = new(machine);

    public PointerUpdate? Update { get; set; }

    public void AddUnknown() => _accesses.AddUnknown();

    public void Add(int register, ulong? offset, int size, AccessMode mode)
    {
        if (register == Pc)
            _accesses.Add((machine.Pc + pcOffset & ~3UL) + offset, size, mode);
        else
            _accesses.Add(register, offset, size, mode);
    }

    /// <summary>The load goes into the program counter.</summary>
    /// <param name="last">It is the last of those loaded.</param>
    public void UpdateFromMemory(bool last = false)
    {
        var read = _accesses.Known is [.., var access] ? access : default;
        var address = read.Address + (last ? (ulong)read.Size - 4 : 0);
        Update = JumpTo(read.Size >= 4 ? machine.Read(address, 4) : null);
    }

    /// <summary>The lowest bit chooses the instruction set.</summary>
    public static PointerUpdate JumpTo(ulong? target) => new(target & ~1UL) { IsNullBased = target == 0 };

    /// <summary>A load or store of floating point registers, which both sets encode alike.</summary>
    public string AddVector(uint word)
    {
        var register = (int)(word >> 16 & 15);
        var isLoad = (word >> 20 & 1) != 0;
        var isUp = (word >> 23 & 1) != 0;
        var isSingle = (word >> 24 & 1) != 0 && (word >> 21 & 1) == 0;
        var offset = (ulong)(word & 255) * 4;
        var isDouble = (word >> 8 & 1) != 0;
        var mode = isLoad ? AccessMode.Read : AccessMode.Write;
        var name = isLoad ? "vld" : "vst";
        var target = $"{(isDouble ? 'd' : 's')}{Number(word, isDouble)}";
        if (isSingle)
        {
            offset = isUp ? offset : 0 - offset;
            Add(register, offset, isDouble ? 8 : 4, mode);
            return $"{name}r {target}, {Address(register, offset == 0 ? "" : Number(offset), false, false)}";
        }

        Add(register, isUp ? 0 : 0 - offset, (int)offset, mode);
        return $"{name}m{(isUp ? "ia" : "db")} {Name(register)}, {{{target}…}}";
    }

    public DecodedInstruction ToInstruction(string text) => new()
    {
        Text = text,
        Accesses = _accesses.Known,
        HasUnknownAccess = _accesses.HasUnknown,
        AddressRegisters = _accesses.Registers,
        Update = Update,
    };

    public static string Name(int register) => register switch
    {
        13 => "sp",
        14 => "lr",
        15 => "pc",
        _ => $"r{register}",
    };

    /// <summary>What a branch that always happens has behind its name is nothing.</summary>
    public static string Condition(uint number) => number < 14 ? Conditions[number] : "";

    public static string List(uint registers)
    {
        var names = new List<string>(BitOperations.PopCount(registers));
        for (var i = 0; i < 16; i++)
        {
            if ((registers >> i & 1) != 0)
                names.Add(Name(i));
        }

        return $"{{{string.Join(", ", names)}}}";
    }

    /// <param name="offset">Empty for none.</param>
    public static string Address(int register, string offset, bool isPost, bool isPre)
    {
        if (isPost)
            return offset.Length == 0 ? $"[{Name(register)}]" : $"[{Name(register)}], {offset}";

        var inside = offset.Length == 0 ? "" : ", " + offset;
        return $"[{Name(register)}{inside}]{(isPre ? "!" : "")}";
    }

    public static string Number(ulong value) => string.Create(
        CultureInfo.InvariantCulture, $"#{((long)value < 0 ? "-" : "")}0x{((long)value < 0 ? 0 - value : value):x}");

    public static ulong SignExtend(uint value, int bits) => (ulong)((long)((ulong)value << 64 - bits) >> 64 - bits);

    static uint Number(uint word, bool isDouble)
    {
        var four = word >> 12 & 15;
        var one = word >> 22 & 1;
        return isDouble ? one << 4 | four : four << 1 | one;
    }
}
