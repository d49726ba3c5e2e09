using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Images.Dwarf;

/// <summary>
/// Turns a DWARF expression (DWARF 5, section 2.5) into operations of <see cref="CfiRules"/>, if these can say it: no
/// branches, and nothing that moves the stack's own entries but for copying them.
/// </summary>
static class DwarfExpression
{
    const int MaxDepth = 16;
    const int MaxBytes = 512;

    /// <param name="withCfa">The canonical frame address is on the stack at the beginning.</param>
    /// <param name="isLocation">The result is where the value is, not the value.</param>
    /// <returns>Null for an expression that can't be said.</returns>
    public static byte[]? Convert(ByteCursor cursor, CpuTraits cpu, bool withCfa, bool isLocation)
    {
        var stack = new List<byte[]>();
        if (withCfa)
            stack.Add([(byte)CfiOperation.Cfa]);
        while (!cursor.IsAtEnd)
        {
            if (!TryStep(ref cursor, cpu, stack) || cursor.IsBroken || stack.Count > MaxDepth)
                return null;
        }

        if (stack.Count == 0)
            return null;

        var result = stack[^1];
        return isLocation ? [.. result, (byte)CfiOperation.Load] : result;
    }

    static bool TryStep(ref ByteCursor cursor, CpuTraits cpu, List<byte[]> stack)
    {
        var operation = cursor.U8();
        switch (operation)
        {
            case >= 0x30 and <= 0x4f: // lit0 to lit31
                stack.Add(Push(operation - 0x30));
                return true;
            case >= 0x70 and <= 0x8f: // breg0 to breg31
                return TryPushRegister(cpu, stack, operation - 0x70u, cursor.Sleb());
            case 0x92: // bregx
                return TryPushRegister(cpu, stack, cursor.Uleb(), cursor.Sleb());
            case 0x23: // plus_uconst
                stack.Add(Push((long)cursor.Uleb()));
                return TryApply(stack, CfiOperation.Add);
            case 0x06: // deref
                return TryLoad(stack);
            case 0x94: // deref_size
                return cursor.U8() == cpu.PointerSize && TryLoad(stack);
            case 0x12: // dup
                return TryCopy(stack, 0);
            case 0x13: // drop
                return TryDrop(stack);
            case 0x14: // over
                return TryCopy(stack, 1);
            case 0x15: // pick
                return TryCopy(stack, cursor.U8());
            case 0x16: // swap
                return TrySwap(stack);
            case 0x96: // nop
                return true;
            default:
                return TryConstant(operation, ref cursor, cpu, stack) || TryApply(stack, ToOperation(operation));
        }
    }

    static bool TryConstant(byte operation, ref ByteCursor cursor, CpuTraits cpu, List<byte[]> stack)
    {
        long? number = operation switch
        {
            0x03 => (long)cursor.Number(cpu.PointerSize),
            0x08 => cursor.U8(),
            0x09 => cursor.Signed(1),
            0x0a => cursor.U16(),
            0x0b => cursor.Signed(2),
            0x0c => cursor.U32(),
            0x0d => cursor.Signed(4),
            0x0e or 0x0f => cursor.Signed(8),
            0x10 => (long)cursor.Uleb(),
            0x11 => cursor.Sleb(),
            _ => null,
        };
        if (number is { } known)
            stack.Add(Push(known));
        return number is not null;
    }

    static CfiOperation? ToOperation(byte operation) => operation switch
    {
        0x1a => CfiOperation.And,
        0x1c => CfiOperation.Subtract,
        0x1e => CfiOperation.Multiply,
        0x21 => CfiOperation.Or,
        0x22 => CfiOperation.Add,
        0x24 => CfiOperation.ShiftLeft,
        0x25 => CfiOperation.ShiftRight,
        0x26 => CfiOperation.ShiftRightSigned,
        0x27 => CfiOperation.ExclusiveOr,
        0x29 => CfiOperation.Equal,
        0x2a => CfiOperation.GreaterOrEqual,
        0x2b => CfiOperation.Greater,
        0x2c => CfiOperation.LessOrEqual,
        0x2d => CfiOperation.Less,
        0x2e => CfiOperation.NotEqual,
        _ => null,
    };

    static bool TryPushRegister(CpuTraits cpu, List<byte[]> stack, ulong number, long offset)
    {
        if (DwarfRegisters.ToIndex(cpu.Kind, number) is not (>= 0 and var register))
            return false;

        var code = new ByteBuffer();
        code.WriteByte((byte)CfiOperation.Register);
        code.WriteVariable((uint)FrameRules.NameOf(register));
        code.WriteByte((byte)CfiOperation.Push);
        code.WriteVariableSigned(offset);
        code.WriteByte((byte)CfiOperation.Add);
        stack.Add(code.Written.ToArray());
        return true;
    }

    static bool TryApply(List<byte[]> stack, CfiOperation? operation)
    {
        if (operation is null || stack.Count < 2 || stack[^1].Length + stack[^2].Length > MaxBytes)
            return false;

        stack[^2] = [.. stack[^2], .. stack[^1], (byte)operation];
        return TryDrop(stack);
    }

    static bool TryLoad(List<byte[]> stack)
    {
        if (stack.Count == 0)
            return false;

        stack[^1] = [.. stack[^1], (byte)CfiOperation.Load];
        return true;
    }

    static bool TryCopy(List<byte[]> stack, int depth)
    {
        if (depth >= stack.Count)
            return false;

        stack.Add(stack[^(depth + 1)]);
        return true;
    }

    static bool TryDrop(List<byte[]> stack)
    {
        if (stack.Count == 0)
            return false;

        stack.RemoveAt(stack.Count - 1);
        return true;
    }

    static bool TrySwap(List<byte[]> stack)
    {
        if (stack.Count < 2)
            return false;

        (stack[^1], stack[^2]) = (stack[^2], stack[^1]);
        return true;
    }

    static byte[] Push(long number)
    {
        var code = new ByteBuffer();
        code.WriteByte((byte)CfiOperation.Push);
        code.WriteVariableSigned(number);
        return code.Written.ToArray();
    }
}
