using System.Text;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Tests.Fuzzing;

/// <summary>The machine that a dump to be damaged comes from: where its context keeps what the walk begins with.</summary>
sealed record FuzzMachine(ushort Architecture, uint Platform, int ContextSize, ulong Flags, int Pc, int Sp, int Fp)
{
    public int FlagsOffset { get; init; }

    /// <summary>Of the register that holds the return address; 0 for none.</summary>
    public int Lr { get; init; }

    /// <summary>Bytes of a register in the context.</summary>
    public int Width { get; init; } = 8;

    /// <summary>Bytes of an address on the stack: MIPS keeps narrow registers in wide places.</summary>
    public int PointerSize => Architecture == 1 ? 4 : Width;

    public bool BigEndian { get; init; }

    public static readonly FuzzMachine[] All =
    [
        new(9, 0x8201, 1232, 0x10000f, 248, 152, 160) { FlagsOffset = 48 },
        new(9, 3, 1232, 0x10004f, 248, 152, 160) { FlagsOffset = 48 },
        new(0, 3, 716, 0x10007, 184, 196, 180) { Width = 4 },
        new(12, 0x8101, 912, 0x400007, 264, 256, 240) { Lr = 248 },
        new(0x8003, 0x8203, 796, 0x80000000, 264, 256, 240) { Lr = 248 },
        new(5, 0x8203, 368, 0x40000006, 64, 56, 48) { Width = 4, Lr = 60 },
        new(1, 0x8201, 600, 0x40007, 312, 240, 248) { Lr = 256, BigEndian = true },
        new(0x8006, 0x8201, 528, 0x08000001, 8, 24, 72) { Lr = 16 },
        new(3, 0x8101, 1004, 0x20000003, 4, 16, 12) { Width = 4, BigEndian = true },
    ];
}

/// <summary>
/// A small dump with every stream that is read, on any machine: a crashed thread whose stack leads through a program and a
/// library, and one that waits.
/// </summary>
sealed class FuzzDump
{
    const uint Program = 0x400000;
    const uint Library = 0x10000000;
    const uint Stack = 0x20000000;
    const uint Block = 0x30000000;

    static readonly byte[] Code = [0x48, 0x8b, 0x04, 0x25, 0x10, 0, 0, 0, 0xf7, 0xf9, 0xc3, 0x90, 0xe8, 0, 0, 0, 0, 0xc3, 0, 0];

    readonly FuzzMachine _machine;
    readonly SyntheticDump _dump;

    FuzzDump(FuzzMachine machine)
    {
        _machine = machine;
        _dump = new(machine.BigEndian);
    }

    public static byte[] Build(FuzzMachine machine) => new FuzzDump(machine).Build();

    /// <summary>Symbols of the program of every dump, which has rules for each processor's registers.</summary>
    public static SymbolTable ReadSymbols()
    {
        var rules = "STACK CFI INIT 1000 80 .cfa: $rsp 8 + .ra: .cfa 8 - ^\nSTACK CFI 1010 .cfa: $rbp 16 + $rbp: .cfa 16 - ^\n"
            + "STACK CFI INIT 1100 80 .cfa: sp 16 + .ra: .cfa 8 - ^ x29: .cfa 16 - ^\nSTACK CFI INIT 1200 40 .cfa: $sp 8 + .ra: $ra\n"
            + "STACK WIN 4 1000 80 3 0 8 4 c 0 1 $T0 $ebp = $eip $T0 4 + ^ = $ebp $T0 ^ = $esp $T0 8 + =\n"
            + "STACK WIN 0 1100 80 3 0 8 4 c 0 0 1\n";
        var text = "MODULE Linux x86_64 0011223344556677889900AABBCCDDEE0 program\nFILE 1 a.cc\nINLINE_ORIGIN 1 inlined(int)\n"
            + "FUNC 1000 80 8 App::run(char const*, int, std::map<int, int>)\nINLINE 0 7 1 1 1004 20\n1000 40 5 1\n1040 40 9 1\n"
            + "FUNC 1100 80 4 main\n1100 80 20 1\nPUBLIC 1200 0 _start\n" + rules;
        return SymbolTable.Parse(Encoding.UTF8.GetBytes(text), out _)!;
    }

    byte[] Build()
    {
        _dump.System(_machine.Architecture, _machine.Platform, "Linux 6.1.0 #1 SMP x86_64 GNU/Linux");
        AddMisc();
        AddThreads();
        AddModules();
        AddMemory();
        AddWindows();
        AddLinux();
        AddCrashpad();
        AddMac();
        return _dump.ToArray();
    }

    Layout New() => _dump.Layout();

    Layout Context(uint pc) => New().Zeros(_machine.ContextSize)
        .Put(_machine.FlagsOffset, _machine.Flags, _machine.Architecture == 0x8003 ? 8 : 4)
        .Put(_machine.Pc, pc, _machine.Width)
        .Put(_machine.Sp, Stack + 0x18, _machine.Width)
        .Put(_machine.Fp, Stack + 0x40, _machine.Width)
        .Put(_machine.Lr > 0 ? _machine.Lr : _machine.Pc, _machine.Lr > 0 ? Library + 0x2010 : pc, _machine.Width);

    void AddThreads()
    {
        var stack = New().Zeros(0x180);
        for (var frame = 0; frame < 4; frame++)
        {
            var at = 0x40 + 0x40 * frame;
            stack.Put(at, Stack + (uint)at + 0x40, _machine.PointerSize);
            stack.Put(at + _machine.PointerSize, frame % 2 == 0 ? Program + 0x1110 : Library + 0x2010, _machine.PointerSize);
        }

        stack.Put(0x18, Program + 0x1020, _machine.PointerSize).Put(0x100 + _machine.PointerSize, 0, _machine.PointerSize);
        var bytes = stack.ToArray();
        var start = _dump.Add(bytes);
        var context = _dump.Add(Context(Program + 0x1008));
        var size = (uint)_machine.ContextSize;
        var list = New().U32(2);
        foreach (var id in (uint[])[7, 8])
        {
            list.U32(id).U32(0).U32(0x20).U32(10).U64(Block).U64(Stack).U32((uint)bytes.Length).U32(start)
                .U32(size).U32(id == 7 ? context : _dump.Add(Context(Library + 0x2000)));
        }

        _dump.Stream(3, list);
        _dump.Stream(24, New().U32(1).U32(8).U64(_dump.AddString("worker")));
        _dump.Stream(17, New().U32(12).U32(64).U32(1)
            .U32(8).U32(0).U32(0).U32(259).U64(1).U64(2).U64(3).U64(4).U64(Program + 0x1100).U64(1));
        var (code, flags) = _machine.Platform switch { 3 => (0xc0000005, 0u), 0x8101 => (1u, 2u), _ => (11u, 1u) };
        _dump.Stream(6, New().U32(7).U32(0).U32(code).U32(flags).U64(Block + 0x100).U64(0x10).U32(2).U32(0)
            .U64(1).U64(0x10).Zeros(13 * 8).U32(size).U32(context));
    }

    void AddModules()
    {
        var list = New().U32(2);
        foreach (var (address, name) in ((uint, string)[])[(Program, "program"), (Library, "C:\\x\\library.dll")])
        {
            var record = New();
            if (address == Program)
                record.U32(0x4270454c).Raw(Convert.FromHexString("33221100554477668899001122334455aabbccdd"));
            else
                record.U32(0x53445352).Zeros(12).U32(77).U32(10).Raw("library.pdb\0"u8.ToArray());
            list.U64(address).U32(0x10000).U32(0).U32(0x45d35f6c).U32(_dump.AddString(name))
                .U32(0xfeef04bd).U32(0x10000).U32(0x10002).U32(0x30004).Zeros(36)
                .U32((uint)record.Length).U32(_dump.Add(record)).Zeros(24);
        }

        _dump.Stream(4, list);
        _dump.Stream(14, New().U32(12).U32(24).U32(1).U64(0x50000000).U32(0x1000).U32(1).U32(2).U32(_dump.AddString("gone.dll")));
    }

    void AddMemory()
    {
        // What RISC-V takes for a call stands at the same place.
        var bytes = _machine.Architecture is 0x8005 or 0x8006 ? [.. Code[..12], 0xef, .. Code[13..]] : Code;
        var code = _dump.Add(bytes);
        var block = _dump.Add(New().Zeros(0x180).Put(0x34, 5, 4).Put(0x68, 5, 4).Put(0x100, 0xe06d7363, 4).Put(0x100 + 8, Block + 0x140, 4));
        _dump.Stream(5, New().U32(2)
            .U64(Program + 0x1000).U32((uint)Code.Length).U32(code).U64(Block).U32(0x180).U32(block));
        _dump.Stream(9, New().U64(1).U64(code).U64(Library + 0x2000).U64((ulong)Code.Length));
        var regions = New().U32(16).U32(48).U64(2);
        foreach (var (address, protect) in ((uint, uint)[])[(Program, 0x20), (Stack - 0x1000, 0x104)])
            regions.U64(address).U64(address).U32(protect).U32(0).U64(0x10000).U32(0x1000).U32(protect).U32(0x20000).U32(0);
        if (_machine.Platform == 3)
            _dump.Stream(16, regions);
    }

    void AddMisc() => _dump.Stream(15, New().U32(1364).U32(0x3f7).U32(4711).U32(1_699_999_000).U32(5).U32(6)
        .U32(3000).U32(2000).U32(2500).U32(2).U32(1).U32(0x2000).U32(0x4d).U32(1).U32(2).Zeros(168)
        .Units("19041.1", 260).Units("dbg", 40).U32(528).U32(1407).U64(0x803).Zeros(512).U32(0).U32(0));

    void AddWindows()
    {
        var name = _dump.AddString("Event");
        var record = _dump.Add(New().U32(0).U32(6).U32(4).U32(1));
        _dump.Stream(12, New().U32(16).U32(40).U32(1).U32(0)
            .U64(0x7b).U32(name).U32(name).U32(1).U32(2).U32(3).U32(4).U32(record).U32(0));
        _dump.Stream(13, New().U32(24).U32(32).U32(0).U32(12).U32(1).U32(0)
            .U64(0x60000000).U64(0x60001000).U64(0x60000000).U32(1).U32(0).U32(0x10).U32(0x90).U32(0x100));
        _dump.Stream(10, "a comment\0"u8.ToArray());
        _dump.Stream(11, New().Units("größer\0", 7));
        _dump.Stream(18, New().U32(16).U32(288).U32(1).U32(0)
            .U64(0x7b).U32(4711).U32(8).U32(2).U32(0).U32(2).U32(0).U64(Program + 0x1110).U64(0x60000010).Zeros(240));
        _dump.Stream(19, New().U32(16).U32(1).U64(0).U32(24).U32(4711).U64(0x7b).U64(1));
        _dump.Stream(21, New().U16(1).U16(1).U32(0).U32(4096).U32(1000).Zeros(132));
        _dump.Stream(22, New().U16(1).U16(0).U32(17).Zeros(72));
    }

    void AddLinux()
    {
        _dump.Stream(0x47670001, New().U32(3).U32(9).U32(7));
        _dump.Stream(0x47670002, New().Units("n > 0", 128).Units("f", 128).Units("m.c", 128).U32(12).U32(1));
        Text(0x47670003, "processor\t: 0\nmicrocode\t: 0x2b\nmodel name\t: Any\n");
        Text(0x47670004, "Name:\tx\nPid:\t4711\nThreads:\t2\nVmRSS:\t 128 kB\nTracerPid:\t99\nSigQ:\t0/7000\n");
        Text(0x47670005, "DISTRIB_ID=Debian\nDISTRIB_RELEASE=12\nPRETTY_NAME=\"Debian 12\"\n");
        Text(0x47670006, "./program\0--flag\0");
        Text(0x47670007, "HOME=/root\0");
        Text(
            0x47670009,
            "00400000-00410000 r-xp 00000000 00:00 1 /bin/program\n10000000-10010000 r-xp 00000000 00:00 2 /lib/library\n"
            + "1ffff000-20000000 ---p 00000000 00:00 0\n20000000-20010000 rw-p 00000000 00:00 0 [stack]\n");
        Text(0x4d7a0003, "Limit   Soft Limit   Hard Limit   Units\nMax cpu time   unlimited   12   seconds\n");
        Text(0x4d7a0004, "[{\"a\": [1, null]}]");
        var word = _machine.PointerSize;
        var vector = New().Zeros(word * 6).Put(0, 9, word).Put(word, Program + 0x1200, word).Put(2 * word, 3, word)
            .Put(3 * word, Program + 0x40, word);
        _dump.Stream(0x47670008, vector);
        _dump.Stream(0x4767000a, New().U32(1).U32(0).Zeros(64));
    }

    void AddCrashpad()
    {
        var key = _dump.AddUtf8("ptype");
        var value = _dump.AddUtf8("renderer");
        var dictionary = New().U32(1).U32(key).U32(value);
        var simple = (Size: (uint)dictionary.Length, Rva: _dump.Add(dictionary));
        var list = New().U32(1).U32(value);
        var objects = New().U32(3).U32(key).U16(1).U16(0).U32(value).U32(value).U16(0x8001).U16(0).U32(key).U32(key).U16(0).U16(0).U32(0);
        var module = New().U32(1)
            .U32((uint)list.Length).U32(_dump.Add(list)).U32(simple.Size).U32(simple.Rva)
            .U32((uint)objects.Length).U32(_dump.Add(objects));
        var modules = New().U32(1).U32(0).U32((uint)module.Length).U32(_dump.Add(module));
        _dump.Stream(0x43500001, New().U32(1).Zeros(32).U32(simple.Size).U32(simple.Rva)
            .U32((uint)modules.Length).U32(_dump.Add(modules)).U32(0).U64(0x7fffffffff));
        _dump.Stream(0x4b6b0002, [10, 4, 8, 1, 16, 2, 18, 2, 24, 8]);
    }

    void AddMac()
    {
        var record = New().U64(0x4d7a0001).U64(5).U64(7).U64(0).U64(9).Raw("/usr/lib/x\0abort() called\0\0\0more\0"u8.ToArray());
        _dump.Stream(0x4d7a0001, New().U32(0x4d7a0001).U32(1).U32(40)
            .U32((uint)record.Length).U32(_dump.Add(record)).Zeros(152));
        _dump.Stream(0x4d7a0002, New().U32(0x4d7a0002).U64(_dump.AddString("-v keepsyms=1")));
    }

    void Text(uint type, string text) => _dump.Stream(type, Encoding.UTF8.GetBytes(text));
}
