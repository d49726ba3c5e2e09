using BenchmarkDotNet.Attributes;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Symbols;

namespace Socorro.Benchmarks;

/// <summary>One step from a frame to its caller by STACK CFI rules, the lookup of the rules included or not.</summary>
public class CfiBenchmarks
{
    readonly CpuTraits _cpu = CpuTraits.Find(CpuKind.Amd64)!;
    SymbolTable _table = null!;
    CfiRules _rules;
    Registers _callee;
    MemoryMap _memory = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _table = SymbolTable.Parse(
            """
            MODULE Linux x86_64 1 a.so
            STACK CFI INIT 1000 100 .cfa: $rsp 8 + .ra: .cfa -8 + ^
            STACK CFI 1001 .cfa: $rsp 16 + $rbp: .cfa -16 + ^
            STACK CFI 1004 .cfa: $rbp 16 +
            STACK CFI 1010 $rbx: .cfa -24 + ^ $r12: .cfa -32 + ^
            """u8.ToArray(),
            out _)!;
        _table.TryFindCfi(0x1080, out _rules);
        _memory = MemoryMap.Build([new(0x7000_0000, new byte[4096])], bigEndian: false);
        _callee.Set(_cpu.Sp, 0x7000_0100);
        _callee.Set(_cpu.Fp, 0x7000_0140);
        _callee.Set(_cpu.Pc, 0x1080);
    }

    [Benchmark]
    public bool Step() => IsCaller(_rules);

    [Benchmark]
    public bool FindAndStep()
    {
        _table.TryFindCfi(0x1080, out var rules);
        return IsCaller(rules);
    }

    bool IsCaller(CfiRules rules) => rules.Unwind(_cpu, in _callee, _memory, out _, out _) == UnwindOutcome.Caller;
}
