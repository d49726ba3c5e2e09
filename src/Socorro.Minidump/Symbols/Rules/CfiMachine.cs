using System.Numerics;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Rules;

/// <summary>
/// Evaluates the byte code of <see cref="CfiRules"/>, one rule after the other. Whatever the bytes say, it takes time in
/// proportion to their number and a fixed amount of stack.
/// </summary>
ref struct CfiMachine(
    ReadOnlySpan<byte> program, CpuTraits cpu, in Registers callee, MemoryMap memory, ReadOnlySpan<sbyte> registerMap)
{
    readonly ref readonly Registers _callee = ref callee;
    readonly ReadOnlySpan<sbyte> _registerMap = registerMap;
    VariableReader _reader = new(program);

    /// <summary>What ".cfa" stands for in the rules behind its own.</summary>
    public ulong Cfa { get; set; }

    /// <summary>Reads which register the next rule is for; −1 when it is none of this processor's. False at the end.</summary>
    public bool TryReadTarget(out int register)
    {
        register = -1;
        if (!_reader.TryRead(out var name))
            return false;

        register = FindRegister(name);
        return true;
    }

    /// <summary>Evaluates the next rule if it is for the name with this index.</summary>
    public UnwindOutcome EvaluateIf(int expectedName, out ulong value)
    {
        value = 0;
        return _reader.TryRead(out var name) && name == (ulong)expectedName
            ? Evaluate(out value)
            : UnwindOutcome.Failed;
    }

    /// <summary>Evaluates the rule whose target was just read, and steps over it.</summary>
    public UnwindOutcome Evaluate(out ulong value)
    {
        value = 0;
        if (!_reader.TryReadByte(out var form))
            return UnwindOutcome.Failed;

        if ((CfiForm)form == CfiForm.Undefined)
            return UnwindOutcome.EndOfStack;

        var known = (CfiForm)form switch
        {
            CfiForm.RegisterPlus => EvaluateRegisterPlus(out value),
            CfiForm.CfaPlus => EvaluateCfaPlus(out value),
            CfiForm.LoadCfaPlus => EvaluateCfaPlus(out value) && TryLoad(ref value),
            CfiForm.General => EvaluateGeneral(out value),
            _ => false,
        };
        return known ? UnwindOutcome.Caller : UnwindOutcome.Failed;
    }

    bool EvaluateRegisterPlus(out ulong value)
    {
        value = 0;
        if (!_reader.TryRead(out var name)
            || !_reader.TryReadSigned(out var offset)
            || !TryGet(name, out var register))
        {
            return false;
        }

        value = unchecked(register + (ulong)offset);

        // Breakpad's converter for MIPS writes what happened to be in memory where a function's first rule has no offset:
        // ".cfa: $sp 94447282428621 +" is $sp.
        if (cpu.PointerSize == 4 && (offset > uint.MaxValue || offset < -uint.MaxValue))
            value = register;
        return true;
    }

    bool EvaluateCfaPlus(out ulong value)
    {
        var read = _reader.TryReadSigned(out var offset);
        value = unchecked(Cfa + (ulong)offset);
        return read;
    }

    bool EvaluateGeneral(out ulong value)
    {
        value = 0;
        if (!_reader.TryRead(out var length) || !_reader.TryTake(length, out var bytes))
            return false;

        Span<ulong> stack = stackalloc ulong[CfiCompiler.MaxStack + 1];
        var depth = 0;
        var operations = new VariableReader(bytes);
        while (operations.TryReadByte(out var operation))
        {
            if (!Step((CfiOperation)operation, ref operations, stack, ref depth))
                return false;
        }

        value = stack[0];
        return depth == 1;
    }

    readonly bool Step(
        CfiOperation operation, scoped ref VariableReader operations, scoped Span<ulong> stack, ref int depth)
    {
        if (operation <= CfiOperation.Cfa)
            return depth < stack.Length && TryReadOperand(operation, ref operations, out stack[depth++]);

        if (operation == CfiOperation.Load)
            return depth > 0 && TryLoad(ref stack[depth - 1]);

        if (depth < 2)
            return false;

        depth--;
        return TryApply(operation, stack[depth - 1], stack[depth], out stack[depth - 1]);
    }

    readonly bool TryReadOperand(CfiOperation operation, scoped ref VariableReader operations, out ulong value)
    {
        value = Cfa;
        if (operation == CfiOperation.Cfa)
            return true;

        if (operation == CfiOperation.Register)
            return operations.TryRead(out var name) && TryGet(name, out value);

        var read = operations.TryReadSigned(out var number);
        value = (ulong)number;
        return read;
    }

    static bool TryApply(CfiOperation operation, ulong left, ulong right, out ulong value)
    {
        var defined = operation switch
        {
            CfiOperation.Divide or CfiOperation.Modulo => right != 0,
            CfiOperation.Align => BitOperations.IsPow2(right),
            _ => operation is <= CfiOperation.Align or > CfiOperation.Load and <= CfiOperation.GreaterOrEqual,
        };
        value = !defined ? 0 : unchecked(operation switch
        {
            CfiOperation.Add => left + right,
            CfiOperation.Subtract => left - right,
            CfiOperation.Multiply => left * right,
            CfiOperation.Divide => left / right,
            CfiOperation.Modulo => left % right,
            CfiOperation.Align => left & (0 - right),
            _ => ApplyLogic(operation, left, right),
        });
        return defined;
    }

    // Shifts by the width of a word and more leave nothing.
    static ulong ApplyLogic(CfiOperation operation, ulong left, ulong right) => operation switch
    {
        CfiOperation.And => left & right,
        CfiOperation.Or => left | right,
        CfiOperation.ExclusiveOr => left ^ right,
        CfiOperation.ShiftLeft => right < 64 ? left << (int)right : 0,
        CfiOperation.ShiftRight => right < 64 ? left >> (int)right : 0,
        CfiOperation.ShiftRightSigned => (ulong)((long)left >> (int)Math.Min(right, 63)),
        CfiOperation.Equal => left == right ? 1UL : 0,
        CfiOperation.NotEqual => left != right ? 1UL : 0,
        CfiOperation.Less => (long)left < (long)right ? 1UL : 0,
        CfiOperation.LessOrEqual => (long)left <= (long)right ? 1UL : 0,
        CfiOperation.Greater => (long)left > (long)right ? 1UL : 0,
        _ => (long)left >= (long)right ? 1UL : 0,
    };

    readonly int FindRegister(ulong name) => name < (ulong)_registerMap.Length ? _registerMap[(int)name] : -1;

    readonly bool TryGet(ulong name, out ulong value)
    {
        value = 0;
        var register = FindRegister(name);
        return register >= 0 && _callee.TryGet(register, out value);
    }

    readonly bool TryLoad(ref ulong value) =>
        memory.TryReadInteger(value & cpu.AddressMask, cpu.PointerSize, out value);
}
