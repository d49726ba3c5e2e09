using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Symbols.Rules;

namespace Socorro.Minidumps.Symbols;

/// <summary>
/// The unwind rules in force at one address: those of a STACK CFI INIT record with its rows merged in. Held as byte code:
/// for each rule its register's name index, its <see cref="CfiForm"/> and operands; first the rule for ".cfa", then ".ra".
/// </summary>
readonly struct CfiRules
{
    internal const int CfaName = 0;
    internal const int RaName = 1;

    readonly ReadOnlyMemory<byte> _program;
    readonly SymbolSource _source;

    internal CfiRules(SymbolSource source, SourceRules rules)
    {
        _source = source;
        _program = rules.Program;
        Rva = rules.Rva;
        IsInit = rules.IsInit;
        IsSignalFrame = rules.IsSignalFrame;
    }

    /// <summary>The first address at which these rules are in force, relative to the module's base.</summary>
    public ulong Rva { get; }

    /// <summary>These are the rules of the INIT record itself, so <see cref="Rva"/> is where a function begins.</summary>
    public bool IsInit { get; }

    /// <summary>The kernel made the frame: its caller was interrupted, and made no call.</summary>
    public bool IsSignalFrame { get; }

    /// <summary>
    /// Computes the caller's registers from the callee's. Arithmetic is in 64 bits and wraps; results are cut to the
    /// processor's width. Registers that a callee must preserve pass through unless a rule names them.
    /// </summary>
    public UnwindOutcome Unwind(
        CpuTraits cpu, in Registers callee, MemoryMap memory, out Registers caller, out ulong cfa)
    {
        caller = default;
        var machine = new CfiMachine(_program.Span, cpu, in callee, memory, _source.MapRegisters(cpu));
        if (machine.EvaluateIf(CfaName, out cfa) != UnwindOutcome.Caller)
            return UnwindOutcome.Failed;

        cfa &= cpu.AddressMask;
        machine.Cfa = cfa;
        var outcome = machine.EvaluateIf(RaName, out var returnAddress);
        if (outcome != UnwindOutcome.Caller)
            return outcome;

        PassThrough(cpu, in callee, ref caller);
        caller.Set(cpu.Pc, returnAddress & cpu.AddressMask);
        caller.Set(cpu.Sp, cfa);
        while (machine.TryReadTarget(out var register))
        {
            var known = machine.Evaluate(out var value) == UnwindOutcome.Caller;
            if (register < 0)
                continue;

            if (known)
                caller.Set(register, value & cpu.AddressMask);
            else
                caller.Forget(register);
        }

        return caller.TryGet(cpu.Pc, out var pc) && pc == 0 ? UnwindOutcome.EndOfStack : UnwindOutcome.Caller;
    }

    /// <summary>The rules as symbol files write them, in the order of evaluation.</summary>
    public override string ToString() => CfiText.Render(_program.Span, _source.RegisterNames);

    void PassThrough(CpuTraits cpu, in Registers callee, ref Registers caller)
    {
        foreach (var register in cpu.CalleeSaved)
        {
            if (callee.TryGet(register, out var value))
                caller.Set(register, value);
        }

        // The Windows convention for x64 preserves two registers more than the System V one.
        if (cpu.Kind != CpuKind.Amd64 || !_source.Module.IsWindows)
            return;

        foreach (var register in RsiAndRdi)
        {
            if (callee.TryGet(register, out var value))
                caller.Set(register, value);
        }
    }

    static ReadOnlySpan<int> RsiAndRdi => [4, 5];
}

/// <summary>How one rule computes its value. The common forms have an encoding of their own.</summary>
enum CfiForm : byte
{
    /// <summary>A stack machine's program: its length, then <see cref="CfiOperation"/>s.</summary>
    General,

    /// <summary>The expression was ".undef" alone.</summary>
    Undefined,

    /// <summary>Malformed: evaluation always fails.</summary>
    Fails,

    /// <summary>A register of the callee plus a number.</summary>
    RegisterPlus,

    /// <summary>The canonical frame address plus a number.</summary>
    CfaPlus,

    /// <summary>The word at the canonical frame address plus a number.</summary>
    LoadCfaPlus,
}

/// <summary>
/// The operations of general expressions; the operators in the order "+-*/%@^". Those behind them only unwind tables of images
/// use; the comparisons are of signed numbers and give 1 or 0.
/// </summary>
enum CfiOperation : byte
{
    Push,
    Register,
    Cfa,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Align,
    Load,
    And,
    Or,
    ExclusiveOr,
    ShiftLeft,
    ShiftRight,
    ShiftRightSigned,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
