using System.Buffers.Binary;
using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Unwinding;

/// <summary>What an instruction at a function's beginning does to its frame.</summary>
enum PrologueEffect
{
    None,

    /// <summary>Makes room of so many bytes.</summary>
    Grow,

    /// <summary>Saves a register at so many bytes from the stack pointer.</summary>
    Save,

    /// <summary>Sets the frame pointer to so many bytes above the stack pointer.</summary>
    SetFramePointer,

    Call,

    Return,
}

/// <param name="Length">Bytes of the instruction.</param>
readonly record struct PrologueStep(int Length, PrologueEffect Effect, int Register = -1, long Number = 0);

/// <summary>
/// The frame of a function that no unwind rules describe, read from its own instructions: where processors have a link register,
/// a function first makes room and saves that register.
/// </summary>
sealed class Prologue
{
    /// <summary>Bytes of code that are looked at for the beginning of a function.</summary>
    const ulong Reach = 4096;

    readonly List<(int Register, long Offset)> _saved = [];
    long _size;
    long? _fpToFrame;
    bool _hasCalled;

    /// <summary>
    /// Reads what runs from the function's beginning to an address; null when that is not known, or makes no frame.
    /// </summary>
    public static Prologue? Find(WalkContext walk, CodeLocation location, ulong pc)
    {
        var start = location.FunctionUtf8.IsEmpty ? FindStart(walk, pc) : location.FunctionBase;
        if (start is not { } from || from > pc || pc - from > Reach)
            return null;

        var prologue = new Prologue();
        for (var at = from; at < pc;)
        {
            if (Decode(walk, at) is not { } step)
                return null;
            prologue.Add(step);
            at += (ulong)step.Length;
        }

        return prologue._size > 0 ? prologue : null;
    }

    /// <summary>Computes the caller's registers. The return address may still be in the link register of an interrupted function.</summary>
    public bool TryUnwind(WalkContext walk, WalkFrame callee, WalkFrame caller)
    {
        var cpu = walk.Cpu;
        ulong frame;
        if (_fpToFrame is { } above && callee.Registers.TryGet(cpu.Fp, out var fp))
            frame = fp + (ulong)above;
        else if (callee.Registers.TryGet(cpu.Sp, out var sp))
            frame = sp + (ulong)_size;
        else
            return false;

        frame &= cpu.AddressMask;
        caller.Registers = default;
        foreach (var register in cpu.CalleeSaved)
        {
            if (callee.Registers.TryGet(register, out var value))
                caller.Registers.Set(register, value);
        }

        if (callee.IsInterrupted && !_hasCalled && callee.Registers.TryGet(cpu.Lr, out var link))
            caller.Registers.Set(cpu.Pc, link);
        foreach (var (register, offset) in _saved)
        {
            if (walk.TryReadWord(frame + (ulong)offset, out var value))
                caller.Registers.Set(register == cpu.Lr ? cpu.Pc : register, value);
            else
                caller.Registers.Forget(register == cpu.Lr ? cpu.Pc : register);
        }

        caller.Registers.Set(cpu.Sp, frame);
        caller.Trust = FrameTrust.Code;
        return caller.Registers.IsValid(cpu.Pc);
    }

    void Add(PrologueStep step)
    {
        switch (step.Effect)
        {
            // What is below the first frame is room for a callee's arguments, which comes and goes.
            case PrologueEffect.Grow when _size == 0:
                _size = step.Number;
                break;
            case PrologueEffect.Save when _size > 0 && step.Number < _size && !_saved.Exists(saved => saved.Register == step.Register):
                _saved.Add((step.Register, step.Number - _size));
                break;
            case PrologueEffect.SetFramePointer when _size > 0:
                _fpToFrame ??= _size - step.Number;
                break;
            case PrologueEffect.Call:
                _hasCalled = true;
                break;
        }
    }

    // Back to where room is made; what lies before a return belongs to another function, or can't be told from one.
    static ulong? FindStart(WalkContext walk, ulong pc)
    {
        var step = walk.Cpu.Kind is CpuKind.RiscV or CpuKind.RiscV64 ? 2u : 4u;
        for (var at = pc - step; pc - at <= Reach && at < pc; at -= step)
        {
            if (Decode(walk, at) is not { } found || found.Effect == PrologueEffect.Return)
                return null;
            if (found.Effect == PrologueEffect.Grow)
                return at;
        }

        return null;
    }

    static PrologueStep? Decode(WalkContext walk, ulong at)
    {
        Span<byte> code = stackalloc byte[4];
        var isRiscV = walk.Cpu.Kind is CpuKind.RiscV or CpuKind.RiscV64;
        if (!walk.TryReadCode(at, code) && !(isRiscV && walk.TryReadCode(at, code[..2])))
            return null;

        return isRiscV
            ? RiscVPrologue.Decode(BinaryPrimitives.ReadUInt32LittleEndian(code))
            : MipsPrologue.Decode(
                walk.Memory.IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(code) : BinaryPrimitives.ReadUInt32LittleEndian(code));
    }
}

/// <summary>The instructions of MIPS that prologues consist of.</summary>
static class MipsPrologue
{
    const int Sp = 29;

    public static PrologueStep Decode(uint code)
    {
        var (operation, source, target) = (code >> 26, (int)(code >> 21 & 31), (int)(code >> 16 & 31));
        long number = (short)code;
        return operation switch
        {
            // addiu, daddiu
            9 or 25 when source == Sp && target == Sp && number < 0 => new(4, PrologueEffect.Grow, Number: -number),

            // sw, sd
            43 or 63 when source == Sp => new(4, PrologueEffect.Save, target, number),

            // move s8, sp in its four spellings
            0 when code is 0x03a0f021 or 0x03a0f025 or 0x03a0f02d => new(4, PrologueEffect.SetFramePointer),

            // jalr, jr ra; jal; bal
            0 when (code & 0x3f) == 9 => new(4, PrologueEffect.Call),
            0 when code == 0x03e00008 => new(4, PrologueEffect.Return),
            3 => new(4, PrologueEffect.Call),
            1 when (target & 0x1c) == 0x10 => new(4, PrologueEffect.Call),
            _ => new(4, PrologueEffect.None),
        };
    }
}

/// <summary>The instructions of RISC-V that prologues consist of.</summary>
static class RiscVPrologue
{
    const uint Ra = 1;
    const uint Sp = 2;
    const uint Fp = 8;

    public static PrologueStep Decode(uint code) => (code & 3) == 3 ? DecodeWide(code) : DecodeCompressed(code & 0xffff);

    static PrologueStep DecodeWide(uint code)
    {
        var (target, function, source, second) = (code >> 7 & 31, code >> 12 & 7, code >> 15 & 31, code >> 20 & 31);
        long number = (int)code >> 20;
        long storeOffset = (int)code >> 25 << 5 | (int)target;
        return (code & 0x7f) switch
        {
            0x13 when function == 0 && source == Sp && target == Sp && number < 0 => new(4, PrologueEffect.Grow, Number: -number),
            0x13 when function == 0 && source == Sp && target == Fp => new(4, PrologueEffect.SetFramePointer, Number: number),
            0x23 when function is 2 or 3 && source == Sp => new(4, PrologueEffect.Save, (int)second, storeOffset),
            0x67 when target == 0 && source == Ra => new(4, PrologueEffect.Return),
            0x67 or 0x6f when target == Ra => new(4, PrologueEffect.Call),
            _ => new(4, PrologueEffect.None),
        };
    }

    static PrologueStep DecodeCompressed(uint code)
    {
        var (function, target, second) = (code >> 13, code >> 7 & 31, code >> 2 & 31);
        return (code & 3, function) switch
        {
            // c.addi sp; c.addi16sp
            (1, 0) when target == Sp && (code & 0x1000) != 0 => new(2, PrologueEffect.Grow, Number: 32 - second),
            (1, 3) when target == Sp && (code & 0x1000) != 0 => new(2, PrologueEffect.Grow, Number: 512 - Bits16(code)),

            // c.addi4spn s0
            (0, 0) when (code >> 2 & 7) == 0 && code != 0 => new(2, PrologueEffect.SetFramePointer, Number: Bits4(code)),

            // c.swsp; c.sdsp
            (2, 6) => new(2, PrologueEffect.Save, (int)second, (code >> 9 & 15) << 2 | (code >> 7 & 3) << 6),
            (2, 7) => new(2, PrologueEffect.Save, (int)second, (code >> 10 & 7) << 3 | (code >> 7 & 7) << 6),

            // c.jr ra; c.jalr
            (2, 4) when code == 0x8082 => new(2, PrologueEffect.Return),
            (2, 4) when second == 0 && (code & 0x1000) != 0 && target != 0 => new(2, PrologueEffect.Call),
            _ => new(2, PrologueEffect.None),
        };
    }

    static long Bits16(uint code) =>
        (code >> 6 & 1) << 4 | (code >> 2 & 1) << 5 | (code >> 5 & 1) << 6 | (code >> 3 & 3) << 7;

    static long Bits4(uint code) =>
        (code >> 6 & 1) << 2 | (code >> 5 & 1) << 3 | (code >> 11 & 3) << 4 | (code >> 7 & 15) << 6;
}
