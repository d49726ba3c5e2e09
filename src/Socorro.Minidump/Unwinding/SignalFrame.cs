using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Unwinding;

/// <summary>
/// The frames that the Linux kernel puts on a stack to run a signal handler. Their code returns to the kernel; above it lie
/// the registers of what was interrupted.
/// </summary>
static class SignalFrame
{
    static readonly Layout[] Layouts =
    [
        // mov rax, 15 (rt_sigreturn); syscall. The ucontext is at rsp, its registers 40 bytes in.
        new(
            CpuKind.Amd64,
            [0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05],
            40,
            "r8 r9 r10 r11 r12 r13 r14 r15 rdi rsi rbp rbx rdx rax rcx rsp rip"),

        // mov eax, 173; int 0x80. Behind the signal's number and two pointers lie siginfo (128 bytes) and the ucontext.
        new(CpuKind.X86, [0xb8, 0xad, 0x00, 0x00, 0x00, 0xcd, 0x80], 12 + 128 + 20, X86Registers),

        // pop eax; mov eax, 119; int 0x80: the older frame, without siginfo.
        new(CpuKind.X86, [0x58, 0xb8, 0x77, 0x00, 0x00, 0x00, 0xcd, 0x80], 4, X86Registers),

        // mov x8, 139; svc 0. siginfo, then the ucontext, whose registers come behind the fault address.
        new(
            CpuKind.Arm64,
            [0x68, 0x11, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4],
            128 + 176 + 8,
            "x0 x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25 x26 x27 x28 "
            + "fp lr sp pc"),

        // li a7, 139; ecall. siginfo, then the ucontext, whose registers come behind a signal mask with room to grow.
        new(
            CpuKind.RiscV64,
            [0x93, 0x08, 0xb0, 0x08, 0x73, 0x00, 0x00, 0x00],
            128 + 176,
            "pc ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6"),

        // mov r7, 173; svc 0. siginfo, then the ucontext: 20 bytes and three words before r0.
        new(
            CpuKind.Arm,
            [0xad, 0x70, 0xa0, 0xe3, 0x00, 0x00, 0x00, 0xef],
            128 + 20 + 12,
            "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 fp r12 sp lr pc"),
    ];

    const string X86Registers = "- - - - edi esi ebp esp ebx edx ecx eax - - eip";

    /// <summary>
    /// Whether a return address is that of the code by which signal handlers return. Its first instruction is never reached
    /// by a call, so it is known by what stands there or by its name.
    /// </summary>
    public static bool IsTrampoline(WalkContext walk, ulong pc, CodeLocation before)
    {
        if (!walk.IsLinux || before.IsInFunction(pc))
            return false;

        return FindByCode(walk, pc) is not null || IsNamed(walk.Code.Locate(pc), pc) || IsInKernelsCode(walk, pc);
    }

    // Where handlers return to the kernel's own library, which is rarely in a dump: it calls nothing else, so no other frame
    // returns there.
    static bool IsInKernelsCode(WalkContext walk, ulong pc) =>
        walk.Cpu.Kind is CpuKind.Arm64 or CpuKind.RiscV64
        && walk.Code.FindModule(pc) is >= 0 and var module
        && (walk.Code.Modules[module].Name.StartsWith("linux-gate", StringComparison.Ordinal)
            || walk.Code.Modules[module].Name.StartsWith("linux-vdso", StringComparison.Ordinal)
            || walk.Code.Modules[module].Name.StartsWith("[vdso", StringComparison.Ordinal));

    /// <summary>Restores the registers of what the signal interrupted.</summary>
    public static bool TryRestore(WalkContext walk, WalkFrame trampoline, WalkFrame interrupted)
    {
        var layout = FindByCode(walk, trampoline.Registers[walk.Cpu.Pc])
            ?? Array.Find(Layouts, candidate => candidate.Cpu == walk.Cpu.Kind);
        if (layout is null || !trampoline.Registers.TryGet(walk.Cpu.Sp, out var sp))
            return false;

        interrupted.Registers = default;
        for (var i = 0; i < layout.Registers.Length; i++)
        {
            var slot = sp + layout.Offset + (ulong)(i * walk.Cpu.PointerSize);
            if (layout.Registers[i] < 0)
                continue;
            if (!walk.TryReadWord(slot, out var value))
                return false;
            interrupted.Registers.Set(layout.Registers[i], value);
        }

        interrupted.Trust = FrameTrust.Cfi;
        interrupted.IsInterrupted = true;
        return IsPlausible(walk, interrupted);
    }

    static bool IsPlausible(WalkContext walk, WalkFrame interrupted) =>
        walk.Memory.TryFind(interrupted.Registers[walk.Cpu.Sp], out _)
        || walk.Code.FindModule(interrupted.Registers[walk.Cpu.Pc]) >= 0;

    static Layout? FindByCode(WalkContext walk, ulong pc)
    {
        Span<byte> code = stackalloc byte[16];
        foreach (var layout in Layouts)
        {
            if (layout.Cpu == walk.Cpu.Kind
                && walk.TryReadCode(pc, code[..layout.Code.Length])
                && code.StartsWith(layout.Code))
            {
                return layout;
            }
        }

        return null;
    }

    static bool IsNamed(CodeLocation location, ulong pc) =>
        location.FunctionBase == pc
        && (location.FunctionUtf8.Span.EndsWith("__restore_rt"u8)
            || location.FunctionUtf8.Span.EndsWith("__restore"u8)
            || location.FunctionUtf8.Span.EndsWith("sigreturn"u8));

    sealed class Layout
    {
        public Layout(CpuKind cpu, byte[] code, ulong offset, string registers)
        {
            Cpu = cpu;
            Code = code;
            Offset = offset;
            var names = CpuTraits.Find(cpu)!.RegisterNames;
            Registers = [.. registers.Split(' ').Select(name => names.ToList().IndexOf(name))];
        }

        public CpuKind Cpu { get; }

        public byte[] Code { get; }

        /// <summary>Bytes from the trampoline's stack pointer to the first register.</summary>
        public ulong Offset { get; }

        /// <summary>Index of each register in the kernel's order; −1 for those that are not kept.</summary>
        public int[] Registers { get; }
    }
}
