using System.Globalization;
using System.Text;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Symbols.Stores;
using Socorro.Minidumps.Symbols.Tables;
using Socorro.Minidumps.Symbols.Text;

namespace Socorro.Minidumps.Tests.Symbols;

public sealed class SymbolTableTests
{
    const int ComparedAddresses = 300;

    /// <summary>Reading a file the plain way takes so long that large ones are only compared with their own mapped tables.</summary>
    const int LargestCompared = 400_000;

    const int LargestRead = 1_500_000;

    [Fact]
    public void Answers_as_a_plain_reading_of_every_symbol_file_does()
    {
        var random = new Random(20_260_811);
        foreach (var path in SymbolFiles().Where(path => new FileInfo(path).Length <= LargestCompared))
        {
            var bytes = File.ReadAllBytes(path);
            var text = Encoding.UTF8.GetString(bytes);
            if (text.Contains("INLINE_ORIGIN 0 0 ", StringComparison.Ordinal))
                continue;

            var naive = new NaiveSymbols(text);
            var table = SymbolTable.Parse(bytes, out _)!;
            Assert.False(table.IsCorrupt);
            var edges = naive.Edges.ToArray();
            foreach (var rva in random.GetItems(edges, Math.Min(ComparedAddresses, edges.Length)))
            {
                Assert.Equal((path, rva, naive.Describe(rva)), (path, rva, Describe(table, rva)));
                Assert.Equal((path, rva, Canonical(naive.DescribeCfi(rva))), (path, rva, DescribeCfi(table, rva)));
            }
        }
    }

    [Fact]
    public void Answers_the_same_mapped_from_a_cache_as_in_memory()
    {
        using var cache = new TemporaryFolder();
        foreach (var path in SymbolFiles())
        {
            var options = new SymbolStoreOptions { Roots = [path], CacheFolder = cache.Path, LargeText = long.MaxValue };
            var direct = SymbolTable.Parse(File.ReadAllBytes(path), out _)!;
            var key = new ModuleKey(direct.Module.DebugFile, direct.Module.DebugId);
            var written = new SymbolStore(options).Find(key);
            var mapped = new SymbolStore(options).Find(key);

            Assert.Equal("was read", Assert.Single(written.Attempts).Answer);
            Assert.Equal("was read before", Assert.Single(mapped.Attempts).Answer);
            Assert.Equal(direct.Module, mapped.Table!.Module);
            Assert.Equal(direct.Size, mapped.Table.Size);
            foreach (var rva in SomeAddresses(150))
            {
                Assert.Equal(Describe(direct, rva), Describe(mapped.Table, rva));
                Assert.Equal(DescribeCfi(direct, rva), DescribeCfi(mapped.Table, rva));
                Assert.Equal(direct.TryFindWin(rva, out var win), mapped.Table.TryFindWin(rva, out var mappedWin));
                Assert.Equal(Utf8(win.Program), Utf8(mappedWin.Program));
            }
        }
    }

    [Fact]
    public void Answers_the_same_when_functions_are_read_from_the_file()
    {
        using var folder = new TemporaryFolder();
        foreach (var path in SymbolFiles())
        {
            var direct = SymbolTable.Parse(File.ReadAllBytes(path), out _)!;
            using var bytes = SymbolText.TryCompile(File.ReadAllBytes(path), default, out _)!;
            var file = Path.Combine(folder.Path, "table");
            File.WriteAllBytes(file, bytes.ToArray());
            using var handle = File.OpenHandle(file);
            Assert.True(TableImage.TryOpen(bytes.ToArray(), handle, out _, out var image));
            Assert.Equal(image.CountRows(TableSection.Functions, FunctionRow.Stride) > 0, image.ReadsFile);
            var table = new SymbolTable(image);
            foreach (var rva in SomeAddresses(150))
            {
                Assert.Equal(Describe(direct, rva), Describe(table, rva));
                Assert.Equal(DescribeCfi(direct, rva), DescribeCfi(table, rva));
                Assert.Equal(direct.TryFindWin(rva, out var win), table.TryFindWin(rva, out var readWin));
                Assert.Equal(Utf8(win.Program), Utf8(readWin.Program));
            }
        }
    }

    [Fact]
    public void Reads_a_function_from_the_file_however_long_its_name_and_lines_are()
    {
        var name = string.Concat(Enumerable.Range(0, 1000).Select(i => $"part{i}::"));
        var lines = string.Concat(Enumerable.Range(0, 5000).Select(i => $"{0x1000 + i:x} 1 {i * 7919 % 100_003} 0\n"));
        using var bytes = SymbolText.TryCompile(
            Encoding.UTF8.GetBytes($"FILE 0 a.c\nFUNC 1000 1388 0 {name}f\n{lines}"), default, out _)!;
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "table");
        File.WriteAllBytes(file, bytes.ToArray());
        using var handle = File.OpenHandle(file);
        Assert.True(TableImage.TryOpen(bytes.ToArray(), handle, out _, out var image));

        Assert.Equal($"{name}f 1000 a.c:{4999 * 7919 % 100_003}", Describe(new(image), 0x1000 + 4999));
    }

    [Fact]
    public async Task Answers_the_same_from_an_index_over_the_text_as_from_a_table()
    {
        using var cache = new TemporaryFolder();
        foreach (var path in SymbolFiles())
        {
            var options = new SymbolStoreOptions { Roots = [path], CacheFolder = cache.Path, LargeText = 0 };
            var table = SymbolTable.Parse(File.ReadAllBytes(path), out _)!;
            var key = new ModuleKey(table.Module.DebugFile, table.Module.DebugId);
            var index = new SymbolStore(options with { CacheFolder = null }).Find(key).Table!;
            var left = new SymbolStore(options with { CompilesInBackground = false }).Find(key).Table!;
            var store = new SymbolStore(options);
            var compiled = store.Find(key).Table!;
            await store.FinishTablesAsync(TestContext.Current.CancellationToken);

            Assert.True(index.Size < table.Size);
            Assert.Equal(index.Size, left.Size);
            Assert.Equal(table.Size, compiled.Size);
            Assert.Equal(table.Module, index.Module);
            foreach (var rva in SomeAddresses(80))
            {
                foreach (var other in (SymbolTable[])[index, left, compiled])
                {
                    Assert.Equal((path, rva, Describe(table, rva)), (path, rva, Describe(other, rva)));
                    Assert.Equal((path, rva, DescribeCfi(table, rva)), (path, rva, DescribeCfi(other, rva)));
                    Assert.Equal(table.TryFindWin(rva, out var win), other.TryFindWin(rva, out var otherWin));
                    Assert.Equal(Utf8(win.Program), Utf8(otherWin.Program));
                    Assert.Equal(win with { Program = default }, otherWin with { Program = default });
                }
            }
        }
    }

    [Fact]
    public void Answers_many_who_ask_an_index_at_once()
    {
        var path = SymbolFiles().MaxBy(path => new FileInfo(path).Length)!;
        var table = SymbolTable.Parse(File.ReadAllBytes(path), out _)!;
        var store = new SymbolStore(new SymbolStoreOptions { Roots = [path], LargeText = 0 });
        var index = store.Find(new(table.Module.DebugFile, table.Module.DebugId)).Table!;
        var expected = SomeAddresses(20)
            .Select(rva => (Rva: rva, Code: Describe(table, rva), Cfi: DescribeCfi(table, rva))).ToArray();

        Parallel.For(0, 4, new() { MaxDegreeOfParallelism = 4 }, asker =>
        {
            foreach (var (rva, code, cfi) in expected)
            {
                Assert.Equal((rva, code), (rva, Describe(index, rva)));
                Assert.Equal((rva, cfi), (rva, DescribeCfi(index, rva)));
            }
        });
    }

    [Fact]
    public void Makes_the_same_index_however_many_share_the_work()
    {
        var path = SymbolFiles().MaxBy(path => new FileInfo(path).Length)!;
        var stamp = SourceFile.Stamp(path);
        var alone = MakeIndex(workers: 1);

        Assert.All((int[])[2, 3, 7, 1000], workers => Assert.Equal(alone, MakeIndex(workers)));

        byte[] MakeIndex(int workers)
        {
            using var index = new MemoryStream();
            Assert.True(TextScan.TryIndex(path, stamp, workers, index, out _));
            return index.ToArray();
        }
    }

    [Fact]
    public void Prefers_the_innermost_of_functions_that_lie_within_each_other()
    {
        var table = Parse("FUNC 1000 100 0 outer\n1000 100 1 0\nFUNC 1040 10 0 cold\n1040 10 2 0\nFUNC 10f8 20 0 astride\n");

        Assert.Equal("outer 1000 :1", Describe(table, 0x103f));
        Assert.Equal("cold 1040 :2", Describe(table, 0x1040));
        Assert.Equal("outer 1000 :1", Describe(table, 0x1050));
        Assert.Equal("outer 1000 :1", Describe(table, 0x10ff));
        Assert.Equal("nothing", Describe(table, 0x1100));
        Assert.Contains(table.Problems, problem => problem.Where == "FUNC");
        Assert.False(table.IsCorrupt);
    }

    [Fact]
    public void Believes_a_public_symbol_for_64_KiB_at_most()
    {
        var table = Parse("PUBLIC 1000 0 lone\n");

        Assert.Equal("lone 1000 :0", Describe(table, 0x10fff));
        Assert.Equal("nothing", Describe(table, 0x11000));
    }

    [Fact]
    public void Names_an_inline_by_nothing_when_its_origin_is_missing()
    {
        var table = Parse("FILE 0 a.c\nFUNC 10 10 0 f\nINLINE 0 7 0 99 10 10\n10 10 3 0\n");

        Assert.Equal(" a.c:3 < f 10 a.c:7", Describe(table, 0x10));
    }

    [Fact]
    public void Gives_the_deepest_inlines_when_they_do_not_all_fit_and_counts_all()
    {
        var text = new StringBuilder("FUNC 10 10 0 f\n10 10 3 0\n");
        for (var depth = 0; depth < 40; depth++)
            text.Append(CultureInfo.InvariantCulture, $"INLINE_ORIGIN {depth} d{depth}\nINLINE {depth} 1 0 {depth} 10 10\n");
        var inlines = new InlineSymbol[3];

        Assert.True(Parse(text.ToString()).TryFind(0x10, inlines, out var hit));
        Assert.Equal(40, hit.InlineCount);
        Assert.Equal(["d39", "d38", "d37"], inlines.Select(inline => Utf8(inline.Name)));
    }

    [Theory]
    [InlineData("a last line without its end", "FUNC 10 10 0 f\n10 10 3 0", "f 10 :3", 0)]
    [InlineData("carriage returns", "FUNC 10 10 0 f\r\r\n10 10 3 0\r\n", "f 10 :3", 0)]
    [InlineData("blank lines", "\n\nFUNC 10 10 0 f\n\r\n10 10 3 0\n", "f 10 :3", 0)]
    [InlineData("NULs in a name", "FUNC 10 10 0 f\0g\n", "f_g 10 :0", 0)]
    [InlineData("a name with blanks", "FUNC 10 10 0 operator<  `x'\n", "operator<  `x' 10 :0", 0)]
    [InlineData("no name", "FUNC 10 10 0\n", " 10 :0", 0)]
    [InlineData("upper case digits", "FUNC A 10 0 f\nA 10 3 0\nF 1 4 0\n", "f a :3", 0)]
    [InlineData("a function that ends behind the address space", "FUNC 10 ffffffffffffffff 0 f\n", "f 10 :0", 0)]
    [InlineData("a function behind the address space", "FUNC 100000010 10 0 g\n10 10 3 0\nFUNC 10 10 0 f\n", "f 10 :0", 1)]
    [InlineData("a line outside of any function", "10 10 3 0\nFUNC 10 10 0 f\n", "f 10 :0", 1)]
    [InlineData("a line out of order", "FUNC 10 10 0 f\n18 8 4 0\n10 8 3 0\n", "f 10 :3", 0)]
    [InlineData("a line that begins before its function", "FUNC 10 10 0 f\n8 10 3 0\n", "f 10 :3", 0)]
    [InlineData("a bad line among good ones", "FUNC 10 10 0 f\n10 10 x 0\n10 10 3 0\n", "f 10 :3", 1)]
    [InlineData("lines of a bad function", "FUNC xx\n10 10 3 0\n10 10 3 0\nFUNC 10 10 0 f\n", "f 10 :0", 1)]
    [InlineData("a file that is claimed twice", "FILE 0 a\nFILE 0 b\nFUNC 10 10 0 f\n10 10 3 0\n", "f 10 b:3", 0)]
    [InlineData("a file of a huge number", "FILE 4294967295 a\nFUNC 10 10 0 f\n10 10 3 4294967295\n", "f 10 a:3", 0)]
    [InlineData("a second MODULE record", "MODULE Linux x86 1 y\nFUNC 10 10 0 f\n", "f 10 :0", 1)]
    [InlineData("an inline nested too deep", "FUNC 10 10 0 f\nINLINE 4000000000 1 0 0 10 10\n", "f 10 :0", 1)]
    [InlineData("an origin without a name", "INLINE_ORIGIN 5\nFUNC 10 10 0 f\nINLINE 0 1 0 5 10 10\n", " :0 < f 10 :1", 0)]
    public void Lives_with(string what, string text, string expected, int badLines)
    {
        var table = Parse(text);

        Assert.Equal((what, expected), (what, Describe(table, 0x10)));
        Assert.Equal(badLines, table.BadLines);
    }

    [Fact]
    public void Passes_over_a_line_longer_than_any_converter_writes()
    {
        var table = Parse("FUNC 10 10 0 f\n" + new string('1', 3 << 20) + "\n10 10 3 0\n");

        Assert.Equal("f 10 :3", Describe(table, 0x10));
        Assert.Equal(1, table.BadLines);
        Assert.Equal(new Problem("line 3", "is not a record"), table.Problems[0]);
    }

    [Theory]
    [InlineData(".cfa: $rsp 8 + .ra: .cfa 8 - ^", true)]
    [InlineData("rules beyond number", false)]
    [InlineData("an endless rule", false)]
    [InlineData("a deep rule", false)]
    public void Bounds_what_unwind_rules_may_cost(string rules, bool isWithin)
    {
        rules = rules switch
        {
            "rules beyond number" => string.Concat(Enumerable.Range(0, 200).Select(i => $"r{i}: 1 ")) + ".cfa: 1 .ra: 1",
            "an endless rule" => ".cfa: 1" + string.Concat(Enumerable.Repeat(" 1 +", 5000)) + " .ra: 1",
            "a deep rule" => ".cfa: 1" + string.Concat(Enumerable.Repeat(" 1", 50)) + string.Concat(Enumerable.Repeat(" +", 50)) + " .ra: 1",
            _ => rules,
        };
        var memory = MemoryMap.Build([new(0x1000, Enumerable.Repeat((byte)1, 64).ToArray())], bigEndian: false);
        var cpu = CpuTraits.Find(CpuKind.Amd64)!;
        var callee = default(Registers);
        callee.Set(cpu.Sp, 0x1010);

        Assert.True(Parse($"STACK CFI INIT 10 10 {rules}\n").TryFindCfi(0x10, out var found));
        Assert.Equal(
            isWithin ? UnwindOutcome.Caller : UnwindOutcome.Failed, found.Unwind(cpu, callee, memory, out _, out _));
    }

    [Fact]
    public void Holds_only_so_many_bytes_of_distinct_rule_sets()
    {
        var text = new StringBuilder("STACK CFI INIT 0 1000000 .cfa: $rsp 8 + .ra: .cfa -8 + ^\n");
        for (var i = 0; i < 100; i++)
            text.Append(CultureInfo.InvariantCulture, $"STACK CFI {i:x} r{i}: 0{string.Concat(Enumerable.Repeat(" 7 +", 80))}\n");
        for (var i = 100; i < 4000; i++)
            text.Append(CultureInfo.InvariantCulture, $"STACK CFI {i:x} $rsp: {i}\n");

        Assert.InRange(Parse(text.ToString()).Size, 1 << 20, 20 << 20);
    }

    [Fact]
    public void Refuses_what_has_no_record_in_its_first_64_KiB()
    {
        var text = string.Concat(Enumerable.Repeat("<p>Not found</p>\n", 5000)) + "FUNC 10 10 0 f\n";

        Assert.Null(SymbolTable.Parse(Encoding.UTF8.GetBytes(text), out var problem));
        Assert.Equal("symbol file", problem.Where);
    }

    [Fact]
    public void Makes_names_valid_text_whatever_their_encoding()
    {
        byte[] text = [.. "FUNC 10 10 0 caf"u8, 0xe9, (byte)'\n'];

        Assert.True(SymbolTable.Parse(text, out _)!.TryFindFunction(0x10, out var function));
        Assert.Equal("caf\ufffd", Utf8(function.Name));
    }

    [Fact]
    public void Looks_up_without_allocating()
    {
        var table = Parse(
            "FILE 0 a.c\nINLINE_ORIGIN 0 i\nFUNC 10 10 0 f\nINLINE 0 7 0 0 10 10\n10 10 3 0\n"
            + "STACK CFI INIT 10 10 .cfa: $rsp 8 + .ra: .cfa 8 - ^\n");
        var inlines = new InlineSymbol[4];
        LookUp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        LookUp();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void LookUp()
        {
            table.TryFind(0x18, inlines, out _);
            table.TryFindFunction(0x18, out _);
            table.TryFindLine(0x18, out _);
            table.TryFindCfi(0x18, out _);
            table.TryFindWin(0x18, out _);
        }
    }

    internal static SymbolTable Parse(string text) =>
        SymbolTable.Parse(Encoding.UTF8.GetBytes("MODULE Linux x86_64 0 x\n" + text), out _)!;

    internal static IEnumerable<string> SymbolFiles() => Directory
        .EnumerateFiles(SharedData.Path("dumps"), "*.sym", SearchOption.AllDirectories)
        .Where(path => new FileInfo(path).Length < LargestRead)
        .Order(StringComparer.Ordinal);

    /// <summary>Always the same ones; text sections begin low and end within a few megabytes.</summary>
    static IEnumerable<uint> SomeAddresses(int count)
    {
        var random = new Random(count);
        return Enumerable.Range(0, count).Select(i => (uint)random.Next(i % 2 == 0 ? 0x20000 : 0x200000));
    }

    internal static string Describe(SymbolTable table, uint rva)
    {
        var inlines = new InlineSymbol[256];
        if (!table.TryFind(rva, inlines, out var hit))
            return "nothing";

        var text = new StringBuilder();
        foreach (var inline in inlines.AsSpan(0, hit.InlineCount))
            text.Append(CultureInfo.InvariantCulture, $"{Utf8(inline.Name)} {Utf8(inline.File)}:{inline.Line} < ");
        text.Append(CultureInfo.InvariantCulture, $"{Utf8(hit.Function.Name)} {hit.Function.Rva:x} {Utf8(hit.File)}:{hit.Line}");
        return text.ToString();
    }

    static readonly Dictionary<string, string> CanonicalRules = [];

    /// <summary>The rules as the product writes them.</summary>
    static string? Canonical(string? rules)
    {
        if (rules is null)
            return null;

        if (!CanonicalRules.TryGetValue(rules, out var canonical))
        {
            canonical = DescribeCfi(Parse($"STACK CFI INIT 0 1 {rules}\n"), 0)!;
            CanonicalRules.Add(rules, canonical);
        }

        return canonical;
    }

    static string? DescribeCfi(SymbolTable table, uint rva)
    {
        if (!table.TryFindCfi(rva, out var rules))
            return null;

        var parts = new List<string>();
        foreach (var word in rules.ToString().Split(' '))
        {
            if (word.EndsWith(':'))
                parts.Add(word);
            else
                parts[^1] += " " + word;
        }

        return string.Join(" ", parts.Order(StringComparer.Ordinal));
    }

    static string Utf8(ReadOnlyMemory<byte> text) => Encoding.UTF8.GetString(text.Span);
}
