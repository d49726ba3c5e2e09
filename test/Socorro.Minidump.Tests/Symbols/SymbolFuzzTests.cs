using System.Buffers.Binary;
using System.Text;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Symbols.Tables;
using Socorro.Minidumps.Symbols.Text;
using Socorro.Minidumps.Tests.Fuzzing;

namespace Socorro.Minidumps.Tests.Symbols;

/// <summary>
/// Seeded mutations of everything that is read from symbol files. Nothing may throw, and nothing may take long.
/// </summary>
public sealed class SymbolFuzzTests
{
    static readonly byte[] Sample =
    [
        .. "MODULE windows x86 5A9832E5287241C1838ED98914E9B7FF1 app.pdb\nINFO CODE_ID 45D35F6C2D000 app.exe\n"u8,
        .. "FILE 0 a.c\nFILE 7 b.h\nINLINE_ORIGIN 0 inlined<int>\nINLINE_ORIGIN 1 0 old\n"u8,
        .. "FUNC m 1000 50 8 outer(int)\nINLINE 0 12 7 0 1004 8 1010 4\nINLINE 1 3 0 1 1004 4\nINLINE 0 5 1 1020 8\n"u8,
        .. "1000 4 10 0\n1004 8 3 7\n1010 20 11 0\nFUNC 1020 8 0 cold\n1020 8 14 0\nPUBLIC 2000 4 _lone@4\n"u8,
        .. "STACK WIN 4 1000 50 3 1 8 4 c 0 1 $T0 $ebp = $eip $T0 4 + ^ = $ebp $T0 ^ = $esp $T0 8 + =\n"u8,
        .. "STACK WIN 0 2000 10 3 1 8 4 c 0 0 1\nSTACK CFI INIT 1000 50 .cfa: $esp 4 + .ra: .cfa 4 - ^\n"u8,
        .. "STACK CFI 1001 .cfa: $esp 8 + $ebp: .cfa 8 - ^\nSTACK CFI 1003 .cfa: $ebp 8 + 16 @ $ebx: .cfa 12 - ^ 3 *\n"u8,
    ];

    static readonly string[] Words =
    [
        "$esp", "$ebp", "$eip", "$ebx", "$T0", "$T1", ".cfa", ".ra", ".undef", ".raSearch", ".cbLocals", ".cbParams", "+", "-",
        "*", "/", "%", "@", "^", "=", "0", "1", "4", "8", "-1", "16", "9223372036854775807", "-9223372036854775808", ".cfa:",
        ".ra:", "$esp:", "$ebp:", "$eip:", ":", "=$ebp", "x",
    ];

    static readonly MemoryMap Memory =
        MemoryMap.Build([new(0x1000, Enumerable.Range(0, 4096).Select(i => (byte)(i * 7)).ToArray())], bigEndian: false);

    [Fact]
    public void Reads_any_text() => Fuzz.Repeat(random =>
    {
        if (SymbolTable.Parse(Mutate(Sample, random), out _) is { } table)
            LookUpAll(table, random);
    });

    [Fact]
    public void Answers_the_same_from_an_index_over_any_text()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "a.sym");
        Fuzz.Repeat(random =>
        {
            var text = Mutate(Sample, random);
            File.WriteAllBytes(path, text);
            var id = SymbolTable.Parse(text, out _)?.Module.DebugId is { Length: > 0 } known ? known : "0";
            var options = new SymbolStoreOptions { Roots = [path], LargeText = 0 };
            var table = SymbolTable.Parse(text, out _);
            var index = new SymbolStore(options).Find(new("a", id)).Table;
            if (table is null || index is null)
                return;

            foreach (var rva in (uint[])[0x1000, 0x1004, 0x1011, 0x1022, 0x1040, 0x2000, 0x2004, (uint)random.Next()])
                Assert.Equal(SymbolTableTests.Describe(table, rva), SymbolTableTests.Describe(index, rva));
        });
    }

    [Fact]
    public void Evaluates_any_unwind_rules() => Fuzz.Repeat(random =>
    {
        var text = $"STACK CFI INIT 1000 50 {Babble(random)}\nSTACK CFI 1004 {Babble(random)}\n";
        LookUpAll(SymbolTableTests.Parse(text), random);
    });

    [Fact]
    public void Runs_any_frame_data_program() => Fuzz.Repeat(random =>
    {
        var frame = new WinFrame
        {
            Rva = 0x1000,
            Size = 0x50,
            LocalSize = (uint)random.Next(),
            SavedRegisterSize = (uint)random.Next(64),
            HasProgram = random.Next(4) != 0,
            AllocatesBasePointer = random.Next(2) == 0,
            Program = Encoding.UTF8.GetBytes(Babble(random)),
        };
        frame.Unwind(SomeRegisters(random), (uint)random.Next(), random.Next(2) == 0, Memory, out _);
    });

    [Fact]
    public void Opens_any_table_and_finds_the_same_in_it_or_nothing()
    {
        Assert.NotNull(SymbolTable.Parse(Sample, out _));
        using var table = SymbolText.TryCompile(Sample, default, out _)!;
        var bytes = table.ToArray();
        Fuzz.Repeat(random =>
        {
            if (TableImage.TryOpen(Mutate(bytes, random), null, out _, out var damaged))
                LookUpAll(new(damaged), random);
        });
    }

    [Fact]
    public void Survives_a_file_that_is_damaged_behind_an_open_table()
    {
        using var table = SymbolText.TryCompile(Sample, default, out _)!;
        var bytes = table.ToArray();
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "table");
        Fuzz.Repeat(random =>
        {
            File.WriteAllBytes(path, Mutate(bytes, random));
            using var file = File.OpenHandle(path);
            if (TableImage.TryOpen(bytes, file, out _, out var damaged))
                LookUpAll(new(damaged), random);
        });
    }

    /// <summary>A table whose checksums are right and whose content is not: only malice makes one.</summary>
    [Fact]
    public void Survives_any_table_with_good_checksums()
    {
        using var table = SymbolText.TryCompile(Sample, default, out _)!;
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "table");
        Fuzz.Repeat(random =>
        {
            var forged = table.ToArray();
            for (var i = random.Next(1, 6); i > 0; i--)
                forged[random.Next(TableFile.DirectoryEnd, forged.Length)] = (byte)random.Next(256);
            WriteChecksums(forged);
            if (TableImage.TryOpen(forged, null, out _, out var opened))
                LookUpAll(new(opened), random);

            File.WriteAllBytes(path, forged);
            using var file = File.OpenHandle(path);
            if (TableImage.TryOpen(forged, file, out _, out var read))
                LookUpAll(new(read), random);
        });
    }

    static void WriteChecksums(byte[] file)
    {
        TableFile.TryReadHead(file, out var head);
        var content = (int)head.Sections[^1].Offset;
        for (var (start, slot) = (0, content); start < content; start += TableFile.BlockSize, slot += sizeof(ulong))
        {
            var block = file.AsSpan(start, Math.Min(TableFile.BlockSize, content - start));
            BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(slot), TableFile.HashOfBlock(block, start));
        }

        TableFile.WriteHead(file, head, file.AsSpan(content));
    }

    static void LookUpAll(SymbolTable table, Random random)
    {
        var inlines = new InlineSymbol[4];
        foreach (var rva in (ulong[])[0, 0x1000, 0x1004, 0x1022, 0x1040, 0x2004, (ulong)random.NextInt64()])
        {
            table.TryFind(rva, inlines, out _);
            table.TryFindLine(rva, out _);
            if (table.TryFindWin(rva, out var frame))
                frame.Unwind(SomeRegisters(random), 4, true, Memory, out _);
            if (!table.TryFindCfi(rva, out var rules))
                continue;

            rules.ToString();
            foreach (var cpu in (CpuKind[])[CpuKind.X86, CpuKind.Amd64, CpuKind.Arm64])
                rules.Unwind(CpuTraits.Find(cpu)!, SomeRegisters(random), Memory, out _, out _);
        }
    }

    static Registers SomeRegisters(Random random)
    {
        var registers = default(Registers);
        for (var i = 0; i < 8; i++)
        {
            if (random.Next(5) != 0)
                registers.Set(i, (ulong)random.Next(0x2000));
        }

        return registers;
    }

    static string Babble(Random random) =>
        string.Join(' ', Enumerable.Range(0, random.Next(1, random.Next(2, 60))).Select(_ => random.GetItems(Words, 1)[0]));

    /// <summary>Flips, overwrites, cuts, repeats and moves pieces.</summary>
    static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var i = random.Next(1, 5); i > 0 && bytes.Count > 0; i--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                case 4:
                    bytes.InsertRange(at, Encoding.ASCII.GetBytes(random.GetItems(["ffffffffffffffff", "\n", " ", "-1", "\0", "4294967296"], 1)[0]));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }
}
