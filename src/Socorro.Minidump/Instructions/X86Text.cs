using System.Globalization;
using System.Text;
using Iced.Intel;

namespace Socorro.Minidumps.Instructions;

/// <summary>
/// Writes x86 instructions in the dialect that crash reports have: Intel's order, lower case, sizes before brackets,
/// scales always, branches as distances from the next instruction.
/// </summary>
static class X86Text
{
    public static string Write(in Instruction instruction)
    {
        var text = new StringBuilder(48);
        WritePrefixes(instruction, text);
        text.Append(NameOf(instruction));
        for (var i = 0; i < instruction.OpCount; i++)
        {
            text.Append(i == 0 ? " " : ", ");
            WriteOperand(instruction, i, text);
        }

        return text.ToString();
    }

    static void WritePrefixes(in Instruction instruction, StringBuilder text)
    {
        if (instruction.HasLockPrefix)
            text.Append("lock ");
        if (!instruction.IsStringInstruction)
            return;

        var compares = instruction.Mnemonic is Mnemonic.Cmpsb or Mnemonic.Cmpsw or Mnemonic.Cmpsd or Mnemonic.Cmpsq
            or Mnemonic.Scasb or Mnemonic.Scasw or Mnemonic.Scasd or Mnemonic.Scasq;
        if (instruction.HasRepnePrefix)
            text.Append("repnz ");
        else if (instruction.HasRepPrefix)
            text.Append(compares ? "repz " : "rep ");
    }

    static string NameOf(in Instruction instruction)
    {
        var name = instruction.Mnemonic.ToString().ToLowerInvariant();
        return instruction.Mnemonic switch
        {
            Mnemonic.Int3 => "int 0x3",
            Mnemonic.Prefetcht0 or Mnemonic.Prefetcht1 or Mnemonic.Prefetcht2 => "prefetch" + name[^1],
            _ when instruction.IsStringInstruction => name[..^1],
            _ => RenameCondition(name, instruction.ConditionCode),
        };
    }

    // Of the two names that many conditions have, the other one than Iced's.
    static string RenameCondition(string name, ConditionCode condition)
    {
        var (theirs, ours) = condition switch
        {
            ConditionCode.ae => ("ae", "nb"),
            ConditionCode.be => ("be", "na"),
            ConditionCode.ne => ("ne", "nz"),
            ConditionCode.e => ("e", "z"),
            _ => ("", ""),
        };
        return name.EndsWith(theirs, StringComparison.Ordinal) ? name[..^theirs.Length] + ours : name;
    }

    static void WriteOperand(in Instruction instruction, int i, StringBuilder text)
    {
        switch (instruction.GetOpKind(i))
        {
            case OpKind.Register:
                text.Append(NameOf(instruction.GetOpRegister(i)));
                break;
            case OpKind.NearBranch16 or OpKind.NearBranch32 or OpKind.NearBranch64:
                text.Append('$');
                WriteSigned((long)(instruction.NearBranchTarget - instruction.NextIP), text, "+", "-");
                break;
            case OpKind.FarBranch16 or OpKind.FarBranch32:
                text.Append(CultureInfo.InvariantCulture, $"0x{instruction.FarBranchSelector:x}:0x{instruction.FarBranch32:x}");
                break;
            case OpKind.Memory:
                WriteMemory(instruction, text);
                break;
            case OpKind.MemorySegSI or OpKind.MemorySegESI or OpKind.MemorySegRSI or OpKind.MemorySegDI
                or OpKind.MemorySegEDI or OpKind.MemorySegRDI or OpKind.MemoryESDI or OpKind.MemoryESEDI
                or OpKind.MemoryESRDI:
                WriteStringMemory(instruction, instruction.GetOpKind(i), text);
                break;
            default:
                WriteImmediate(instruction, i, text);
                break;
        }
    }

    static void WriteImmediate(in Instruction instruction, int i, StringBuilder text)
    {
        var value = instruction.GetImmediate(i);
        var isNumber = instruction.Mnemonic is Mnemonic.Add or Mnemonic.Or or Mnemonic.Adc or Mnemonic.Sbb or Mnemonic.And
            or Mnemonic.Sub or Mnemonic.Xor or Mnemonic.Cmp or Mnemonic.Mov or Mnemonic.Push or Mnemonic.Test
            or Mnemonic.Imul;
        if (!isNumber)
        {
            text.Append(CultureInfo.InvariantCulture, $"0x{value:x}");
            return;
        }

        var signed = instruction.GetOpKind(i) switch
        {
            OpKind.Immediate8 => (sbyte)value,
            OpKind.Immediate16 => (short)value,
            OpKind.Immediate32 => (int)value,
            _ => (long)value,
        };
        WriteSigned(signed, text, "", "-");
    }

    static void WriteMemory(in Instruction instruction, StringBuilder text)
    {
        text.Append(SizeName(instruction)).Append(' ');
        if (instruction.HasSegmentPrefix)
            text.Append(NameOf(instruction.SegmentPrefix)).Append(':');
        text.Append('[');
        var isEmpty = true;
        if (instruction.MemoryBase != Register.None)
        {
            text.Append(NameOf(instruction.MemoryBase));
            isEmpty = false;
        }

        if (instruction.MemoryIndex != Register.None)
        {
            text.Append(isEmpty ? "" : " + ").Append(NameOf(instruction.MemoryIndex));
            text.Append(CultureInfo.InvariantCulture, $" * {instruction.MemoryIndexScale}");
            isEmpty = false;
        }

        WriteDisplacement(instruction, isEmpty, text);
        text.Append(']');
    }

    static void WriteDisplacement(in Instruction instruction, bool isAlone, StringBuilder text)
    {
        var displacement = instruction.MemoryDisplacement64;
        if (isAlone)
        {
            var shown = (ulong)(int)displacement == displacement ? (uint)displacement : displacement;
            text.Append(CultureInfo.InvariantCulture, $"0x{shown:x}");
            return;
        }

        var isRelative = instruction.MemoryBase is Register.RIP or Register.EIP;
        var signed = isRelative ? (long)(displacement - instruction.NextIP)
            : instruction.MemoryBase.GetSize() == 4 || instruction.MemoryIndex.GetSize() == 4 ? (int)displacement
            : (long)displacement;
        if (signed != 0)
            WriteSigned(signed, text, " + ", " - ");
    }

    static void WriteStringMemory(in Instruction instruction, OpKind kind, StringBuilder text)
    {
        var (isSource, register) = kind switch
        {
            OpKind.MemorySegSI => (true, "si"),
            OpKind.MemorySegESI => (true, "esi"),
            OpKind.MemorySegRSI => (true, "rsi"),
            OpKind.MemorySegDI => (true, "di"),
            OpKind.MemorySegEDI => (true, "edi"),
            OpKind.MemorySegRDI => (true, "rdi"),
            OpKind.MemoryESDI => (false, "di"),
            OpKind.MemoryESEDI => (false, "edi"),
            _ => (false, "rdi"),
        };
        var segment = isSource ? NameOf(instruction.MemorySegment) : "es";
        text.Append(CultureInfo.InvariantCulture, $"{SizeName(instruction)} {segment}:[{register}]");
    }

    static string SizeName(in Instruction instruction)
    {
        var size = instruction.Mnemonic switch
        {
            Mnemonic.Lea => instruction.Op0Register.GetSize(),
            Mnemonic.Prefetcht0 or Mnemonic.Prefetcht1 or Mnemonic.Prefetcht2 or Mnemonic.Prefetchnta => 64,
            _ => instruction.MemorySize.GetSize(),
        };
        return size switch
        {
            1 => "byte",
            2 => "word",
            4 => "dword",
            6 => "far",
            8 => "qword",
            10 => "mword",
            16 => "xmmword",
            32 => "ymmword",
            64 => "zmmword",
            _ => "ptr",
        };
    }

    static string NameOf(Register register)
    {
        var name = register.ToString().ToLowerInvariant();
        if (register.IsGPR8() && name.EndsWith('l') && char.IsAsciiDigit(name[^2]))
            return name[..^1] + "b";

        return register.IsST() ? $"st({name[2..]})" : name;
    }

    static void WriteSigned(long value, StringBuilder text, string plus, string minus) =>
        text.Append(CultureInfo.InvariantCulture, $"{(value < 0 ? minus : plus)}0x{(ulong)(value < 0 ? -value : value):x}");
}
