using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Images;

/// <summary>How one value of the caller is computed.</summary>
/// <param name="Register">The callee's register that it is relative to; −1 for the canonical frame address.</param>
/// <param name="IsLoad">Whether the value is the word there.</param>
/// <param name="Program">Operations of an expression, which replaces all of that; null for none.</param>
readonly record struct FrameValue(int Register, long Offset, bool IsLoad, byte[]? Program = null)
{
    /// <summary>The value is lost.</summary>
    public static readonly FrameValue Undefined = new(0, 0, false, []);

    public bool IsUndefined => Program is [];

    public static FrameValue Of(int register, long offset = 0) => new(register, offset, false);

    public static FrameValue At(int register, long offset) => new(register, offset, true);

    public static FrameValue AtCfa(long offset) => new(-1, offset, true);

    public static FrameValue Cfa(long offset) => new(-1, offset, false);

    /// <summary>An expression's operations; one of none can't be evaluated.</summary>
    public static FrameValue Of(byte[] program) => new(0, 0, false, program);
}

/// <summary>
/// The rules by which a frame's caller is found. Whatever unwind table they come from, they become the byte code of
/// <see cref="CfiRules"/>, as those of symbol files do.
/// </summary>
sealed class FrameRules(CpuTraits cpu)
{
    readonly FrameValue?[] _values = new FrameValue?[Registers.Capacity];

    public required FrameValue Cfa { get; init; }

    /// <summary>The frame is one that the kernel made: its caller was interrupted, and made no call.</summary>
    public bool IsSignalFrame { get; init; }

    /// <summary>The caller's value of a register; its pc is the return address.</summary>
    public FrameValue? this[int register]
    {
        get => _values[register];
        set => _values[register] = value;
    }

    /// <summary>The names that the byte code refers to: those of the two values that are no registers, then the processor's.</summary>
    public static IReadOnlyList<string> NamesFor(CpuTraits cpu) => [".cfa", ".ra", .. cpu.RegisterNames];

    /// <summary>The byte code: the frame address, the return address, the others.</summary>
    public byte[] ToProgram()
    {
        var code = new ByteBuffer();
        Write(code, CfiRules.CfaName, Cfa);
        Write(code, CfiRules.RaName, this[cpu.Pc] ?? FrameValue.Undefined);
        for (var register = 0; register < cpu.RegisterNames.Count; register++)
        {
            if (register != cpu.Pc && this[register] is { } value)
                Write(code, NameOf(register), value);
        }

        return code.Written.ToArray();
    }

    public static int NameOf(int register) => register + 2;

    static void Write(ByteBuffer code, int name, FrameValue value)
    {
        code.WriteVariable((uint)name);
        if (value.IsUndefined)
        {
            code.WriteByte((byte)CfiForm.Undefined);
        }
        else if (value.Program is { } program)
        {
            WriteGeneral(code, program);
        }
        else if (value is { Register: >= 0, IsLoad: true })
        {
            var load = new ByteBuffer();
            load.WriteByte((byte)CfiOperation.Register);
            load.WriteVariable((uint)NameOf(value.Register));
            load.WriteByte((byte)CfiOperation.Push);
            load.WriteVariableSigned(value.Offset);
            load.WriteByte((byte)CfiOperation.Add);
            load.WriteByte((byte)CfiOperation.Load);
            WriteGeneral(code, load.Written);
        }
        else if (value.Register >= 0)
        {
            code.WriteByte((byte)CfiForm.RegisterPlus);
            code.WriteVariable((uint)NameOf(value.Register));
            code.WriteVariableSigned(value.Offset);
        }
        else
        {
            code.WriteByte((byte)(value.IsLoad ? CfiForm.LoadCfaPlus : CfiForm.CfaPlus));
            code.WriteVariableSigned(value.Offset);
        }
    }

    static void WriteGeneral(ByteBuffer code, ReadOnlySpan<byte> program)
    {
        code.WriteByte((byte)CfiForm.General);
        code.WriteVariable((uint)program.Length);
        code.Write(program);
    }
}
