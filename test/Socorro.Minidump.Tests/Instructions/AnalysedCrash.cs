using Socorro.Minidumps.Instructions;
using Socorro.Minidumps.Reasons;

namespace Socorro.Minidumps.Tests.Instructions;

/// <summary>A crash of an amd64 process, on Windows unless said else, with code and a map of memory, analysed.</summary>
sealed class AnalysedCrash
{
    public const ulong Code = 0x140001000;

    const uint NoAccess = 0x01;

    static readonly string[] Order = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15 rip".Split(' ');

    readonly List<(ulong Start, ulong Size, uint State, uint Protection)> _regions = [(Code, 0x1000, 0x1000, 0x20)];
    readonly Dictionary<string, ulong> _registers = new() { ["rip"] = Code, ["rsp"] = 0x10000 };

    public uint Platform { get; init; } = 2;

    public uint ExceptionFlags { get; init; }

    public ulong ExceptionAddress { get; init; } = Code;

    public uint ExceptionCode { get; init; } = 0xc0000005;

    public ulong[] Parameters { get; init; } = [];

    public byte[] Instruction { get; init; } = [];

    public ulong ThreadBlock { get; init; }

    public AnalysedCrash Register(string name, ulong value)
    {
        _registers[name] = value;
        return this;
    }

    /// <summary>Committed memory with a PAGE_ protection.</summary>
    public AnalysedCrash Region(ulong start, ulong size, uint protection = NoAccess)
    {
        _regions.Add((start, size, 0x1000, protection));
        return this;
    }

    public CrashAnalysis Analyze()
    {
        var builder = new SyntheticDump();
        var context = builder.Layout().Zeros(1232).Put(0x30, 0x10001f, 4);
        foreach (var (name, value) in _registers)
            context.Put(0x78 + 8 * Array.IndexOf(Order, name), value, 8);
        var contextAt = builder.Add(context);
        var codeAt = builder.Add(Instruction);

        var exception = builder.Layout()
            .U32(1).U32(0).U32(ExceptionCode).U32(ExceptionFlags).U64(0).U64(ExceptionAddress)
            .U32((uint)Parameters.Length).U32(0);
        for (var i = 0; i < 15; i++)
            exception.U64(i < Parameters.Length ? Parameters[i] : 0);
        var regions = builder.Layout().U32(16).U32(48).U64((ulong)_regions.Count);
        foreach (var (start, size, state, protection) in _regions)
            regions.U64(start).U64(start).U32(protection).U32(0).U64(size).U32(state).U32(protection).U32(0x20000).U32(0);

        var dump = builder
            .System(9, Platform)
            .Stream(3, builder.Layout().U32(1).U32(1).Zeros(12).U64(ThreadBlock).U64(0).U32(0).U32(0).U32(1232).U32(contextAt))
            .Stream(5, builder.Layout().U32(1).U64(Code).U32((uint)Instruction.Length).U32(codeAt))
            .Stream(6, exception.U32(1232).U32(contextAt))
            .Stream(16, regions)
            .Open();
        return CrashAnalysis.Analyze(dump, CrashReason.Explain(dump))!;
    }
}
