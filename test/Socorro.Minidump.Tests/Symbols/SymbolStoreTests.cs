using System.IO.Compression;
using System.Text;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Tests.Symbols;

public sealed class SymbolStoreTests : IDisposable
{
    const string Id = "5A9832E5287241C1838ED98914E9B7FF1";

    readonly TemporaryFolder _root = new();
    readonly TemporaryFolder _cache = new();

    [Fact]
    public void Finds_a_file_by_leaf_id_and_stem()
    {
        Write(_root.Path, $"app.pdb/{Id}/app.sym", Id);
        var lookup = Open().Find(new(@"c:\build\app.pdb", Id));

        Assert.NotNull(lookup.Table);
        Assert.Equal("was read", Assert.Single(lookup.Attempts).Answer);
    }

    [Fact]
    public void Strips_nothing_but_pdb_from_the_leaf()
    {
        Write(_root.Path, $"libx.so/{Id}/libx.so.sym", Id);

        Assert.NotNull(Open().Find(new("/usr/lib/libx.so", Id)).Table);
    }

    [Fact]
    public void Takes_the_code_file_where_there_is_no_debug_file()
    {
        Write(_root.Path, $"mingw.exe/{Id}/mingw.exe.sym", Id);

        Assert.NotNull(Open().Find(new("", Id, "mingw.exe", "")).Table);
    }

    [Theory]
    [InlineData("5A9832E5287241C1838ED98914E9B7FFa", "5A9832E5287241C1838ED98914E9B7FFA")]
    [InlineData("5A9832E5287241C1838ED98914E9B7FFA", "5A9832E5287241C1838ED98914E9B7FFa")]
    [InlineData("5A9832E5287241C1838ED98914E9B7FFa", "5a9832e5287241c1838ed98914e9b7ffa")]
    public void Tries_each_spelling_of_the_age(string asked, string filed)
    {
        Write(_root.Path, $"a.so/{filed}/a.so.sym", filed);

        Assert.NotNull(Open().Find(new("a.so", asked)).Table);
    }

    [Fact]
    public void Reads_compressed_files()
    {
        var path = Path.Combine(_root.Path, "a.so", Id, "a.so.sym.gz");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var file = new GZipStream(File.Create(path), CompressionLevel.Fastest))
            file.Write(Encoding.UTF8.GetBytes(TextOf(Id)));

        Assert.NotNull(Open().Find(new("a.so", Id)).Table);
    }

    [Fact]
    public void Reads_the_cabinets_of_symbol_stores()
    {
        var path = Path.Combine(_root.Path, "a.so", Id, "a.so.sy_");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, CabinetTests.Pack(Encoding.UTF8.GetBytes(TextOf(Id))));

        Assert.NotNull(Open().Find(new("a.so", Id)).Table);
    }

    [Fact]
    public void Says_what_it_tried_when_it_finds_nothing()
    {
        var lookup = Open().Find(new("a.so", Id));

        Assert.Null(lookup.Table);
        Assert.Contains(new(Path.Combine(_root.Path, "a.so", Id, "a.so.sym"), "is not there"), lookup.Attempts);
    }

    [Fact]
    public void Does_not_believe_a_file_of_another_build()
    {
        const string otherId = "000000000000000000000000000000001";
        Write(_root.Path, $"a.so/{Id}/a.so.sym", otherId);
        var lookup = Open().Find(new("a.so", Id));

        Assert.Null(lookup.Table);
        Assert.Contains(lookup.Attempts, attempt => attempt.Answer.Contains("another build", StringComparison.Ordinal));
    }

    [Fact]
    public void Goes_on_to_the_next_root_when_one_has_something_else()
    {
        using var second = new TemporaryFolder();
        Write(_root.Path, $"a.so/{Id}/a.so.sym", text: "<html>");
        Write(second.Path, $"a.so/{Id}/a.so.sym", Id);

        Assert.NotNull(new SymbolStore([_root.Path, second.Path]).Find(new("a.so", Id)).Table);
    }

    [Fact]
    public void Takes_a_file_given_directly_for_the_module_that_it_says()
    {
        var path = Write(_root.Path, "somewhere.txt", Id);
        var store = new SymbolStore([path]);

        Assert.NotNull(store.Find(new("whatever.so", Id)).Table);
        Assert.Null(store.Find(new("whatever.so", Id[..^1] + "2")).Table);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("c:stream")]
    public void Does_not_make_a_path_of_a_name_that_is_none(string leaf)
    {
        var lookup = Open().Find(new(leaf, Id));

        Assert.Null(lookup.Table);
        Assert.Contains("cannot be a file's", Assert.Single(lookup.Attempts).Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Does_not_make_a_path_of_an_id_that_is_none() =>
        Assert.Single(Open().Find(new("a.so", "../../x")).Attempts);

    [Fact]
    public void Does_not_make_a_path_of_a_name_too_long_for_one() =>
        Assert.Single(Open().Find(new(new string('ä', 128), Id)).Attempts);

    [Fact]
    public void Opens_a_module_once()
    {
        Write(_root.Path, $"a.so/{Id}/a.so.sym", Id);
        var store = Open();
        var tables = new SymbolTable?[8];
        Parallel.For(0, tables.Length, i => tables[i] = store.Find(new("a.so", Id)).Table);

        Assert.All(tables, table => Assert.Same(tables[0], table));
    }

    [Fact]
    public void Looks_for_missing_symbols_again_when_told_so_or_after_a_while()
    {
        var clock = new Clock();
        var store = new SymbolStore(new SymbolStoreOptions { Roots = [_root.Path], Time = clock });
        Assert.Null(store.Find(new("a.so", Id)).Table);
        Assert.Null(store.Find(new("b.so", Id)).Table);
        Write(_root.Path, $"a.so/{Id}/a.so.sym", Id);
        Write(_root.Path, $"b.so/{Id}/b.so.sym", Id);

        Assert.Null(store.Find(new("a.so", Id)).Table);
        store.Forget(new("a.so", Id));
        Assert.NotNull(store.Find(new("a.so", Id)).Table);
        Assert.Null(store.Find(new("b.so", Id)).Table);
        clock.Now += TimeSpan.FromMinutes(2);
        Assert.NotNull(store.Find(new("b.so", Id)).Table);
    }

    [Fact]
    public void Keeps_open_only_so_many_bytes_of_tables()
    {
        Write(_root.Path, $"a.so/{Id}/a.so.sym", Id);
        Write(_root.Path, $"b.so/{Id}/b.so.sym", Id);
        var store = new SymbolStore(new SymbolStoreOptions { Roots = [_root.Path], MaxOpenBytes = 1 });
        var first = store.Find(new("a.so", Id)).Table;

        Assert.Same(first, store.Find(new("a.so", Id)).Table);
        store.Find(new("b.so", Id));
        Assert.NotSame(first, store.Find(new("a.so", Id)).Table);
    }

    [Fact]
    public void Remembers_only_so_many_searches()
    {
        var store = new SymbolStore(new SymbolStoreOptions { Roots = [_root.Path], MaxRemembered = 2 });
        foreach (var leaf in (string[])["a.so", "b.so", "c.so"])
            store.Find(new(leaf, Id));
        foreach (var leaf in (string[])["a.so", "c.so"])
            Write(_root.Path, $"{leaf}/{Id}/{leaf}.sym", Id);

        Assert.Null(store.Find(new("c.so", Id)).Table);
        Assert.NotNull(store.Find(new("a.so", Id)).Table);
    }

    [Fact]
    public void Gives_back_a_table_that_was_given_to_it()
    {
        var table = SymbolTableTests.Parse("FUNC 10 10 0 f\n");
        var store = new SymbolStore([]);
        store.Add(new("a.so", Id), table);

        Assert.Same(table, store.Find(new("a.so", Id)).Table);
    }

    [Fact]
    public void Compiles_again_when_the_text_has_changed()
    {
        var path = Write(_root.Path, $"a.so/{Id}/a.so.sym", Id);
        Assert.Equal("was read", FindCached().Attempts[0].Answer);
        Assert.Equal("was read before", FindCached().Attempts[0].Answer);
        File.AppendAllText(path, "FUNC 1000 10 0 new\n");
        var changed = FindCached();

        Assert.Equal("was read", changed.Attempts[0].Answer);
        Assert.True(changed.Table!.TryFindFunction(0x1000, out _));
    }

    [Fact]
    public void Compiles_again_when_the_text_behind_a_link_has_changed()
    {
        var target = Write(_root.Path, "elsewhere/text", Id);
        var link = Path.Combine(_root.Path, "a.so", Id, "a.so.sym");
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, target);
        Assert.Equal("was read", FindCached().Attempts[0].Answer);
        Assert.Equal("was read before", FindCached().Attempts[0].Answer);

        // As long as before, with the same beginning and end: only its time tells.
        File.SetLastWriteTimeUtc(target, new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal("was read", FindCached().Attempts[0].Answer);
        Assert.Equal("was read before", FindCached().Attempts[0].Answer);
    }

    [Fact]
    public void Does_not_compile_again_when_only_the_link_is_new()
    {
        var target = Write(_root.Path, "elsewhere/text", Id);
        File.SetLastWriteTimeUtc(target, new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var link = Path.Combine(_root.Path, "a.so", Id, "a.so.sym");
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, target);
        Assert.Equal("was read", FindCached().Attempts[0].Answer);
        File.Delete(link);
        Thread.Sleep(20);
        File.CreateSymbolicLink(link, target);

        Assert.Equal("was read before", FindCached().Attempts[0].Answer);
    }

    [Fact]
    public void Leaves_nothing_half_written_in_the_cache()
    {
        Write(_root.Path, $"a.so/{Id}/a.so.sym", text: "<html>");
        Write(_root.Path, $"b.so/{Id}/b.so.sym.gz", text: "this is no gzip");
        Assert.Null(FindCached().Table);
        Assert.Null(Open(_cache.Path).Find(new("b.so", Id)).Table);

        Assert.Empty(Directory.EnumerateFiles(_cache.Path));
    }

    [Fact]
    public void Compiles_again_when_the_table_is_of_another_version()
    {
        Write(_root.Path, $"a.so/{Id}/a.so.sym", Id);
        FindCached();
        var file = Directory.EnumerateFiles(_cache.Path).Single();
        var bytes = File.ReadAllBytes(file);
        bytes[8]--;
        File.WriteAllBytes(file, bytes);

        Assert.Equal("was read", FindCached().Attempts[0].Answer);
        Assert.Equal("was read before", FindCached().Attempts[0].Answer);
    }

    [Fact]
    public void Compiles_again_when_the_table_is_damaged_anywhere()
    {
        var path = Directory.EnumerateFiles(SharedData.Path("dumps", "symbols-linux", "crasher"), "*.sym", SearchOption.AllDirectories)
            .First();
        var text = File.ReadAllBytes(path);
        var direct = SymbolTable.Parse(text, out _)!;
        Write(_root.Path, $"a.so/{direct.Module.DebugId}/a.so.sym", text: Encoding.UTF8.GetString(text));
        var key = new ModuleKey("a.so", direct.Module.DebugId);
        var random = new Random(3);
        for (var round = 0; round < 30; round++)
        {
            Open(_cache.Path).Find(key);
            var file = Directory.EnumerateFiles(_cache.Path).Single();
            var bytes = File.ReadAllBytes(file);
            if (round % 10 == 0)
                Array.Resize(ref bytes, random.Next(bytes.Length));
            else
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(file, bytes);

            var table = Open(_cache.Path).Find(key).Table!;
            for (var rva = 0u; rva < 0x20000; rva += 0x335)
                Assert.Equal(SymbolTableTests.Describe(direct, rva), SymbolTableTests.Describe(table, rva));
        }
    }

    [Fact]
    public void Drops_the_least_recently_used_tables_when_the_cache_is_full()
    {
        foreach (var leaf in (string[])["a.so", "b.so", "c.so"])
            Write(_root.Path, $"{leaf}/{Id}/{leaf}.sym", Id);
        var size = Open(_cache.Path).Find(new("a.so", Id)).Table!.Size;
        foreach (var file in Directory.EnumerateFiles(_cache.Path))
            File.SetLastWriteTimeUtc(file, new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var options = new SymbolStoreOptions { Roots = [_root.Path], CacheFolder = _cache.Path, MaxCacheBytes = size * 2 };
        var store = new SymbolStore(options);
        store.Find(new("b.so", Id));
        store.Find(new("c.so", Id));

        Assert.Equal(
            ["b.so", "c.so"],
            Directory.EnumerateFiles(_cache.Path).Select(path => Path.GetFileName(path)[..4]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Does_without_a_cache_that_cannot_be_written()
    {
        Write(_root.Path, $"a.so/{Id}/a.so.sym", Id);
        var file = Write(_root.Path, "a file", Id);

        Assert.NotNull(Open(Path.Combine(file, "cache")).Find(new("a.so", Id)).Table);
    }

    public void Dispose()
    {
        _root.Dispose();
        _cache.Dispose();
    }

    SymbolStore Open(string? cache = null) =>
        new(new SymbolStoreOptions { Roots = [_root.Path], CacheFolder = cache });

    SymbolLookup FindCached() => Open(_cache.Path).Find(new("a.so", Id));

    static string TextOf(string id) => $"MODULE Linux x86_64 {id} a.so\nFUNC 10 10 0 f\n";

    static string Write(string root, string path, string id = Id, string? text = null)
    {
        var full = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text ?? TextOf(id));
        return full;
    }

    sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
