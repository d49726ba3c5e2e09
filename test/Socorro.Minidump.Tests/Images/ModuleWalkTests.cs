using System.Text.Json.Nodes;
using Socorro.Minidumps.Images;
using Socorro.Minidumps.Instructions;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Tests.Symbols;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Tests.Images;

/// <summary>Stacks that symbol files say nothing of, found by what modules and the system know of themselves.</summary>
public sealed class ModuleWalkTests
{
    const ulong Code = ModuleDump.Base + TestImage.CodeAt;

    // push rbx; sub rsp, 32.
    static readonly byte[] Unwind = [1, 5, 2, 0, 5, 0x32, 1, 0x30];

    // Locals that look like a return address; what rbx was; the return address; another frame's.
    static readonly ulong[] Words = [Code + 0x11, 0, 0, 0, 42, Code + 0x21, 0, 0, 0, 0, 43, 0, 0, 0];

    static byte[] Library => TestImage.Pe(0x8664, UnwindTableTests.Function(), Unwind);

    [Fact]
    public void Unwinds_a_module_by_what_the_dumps_memory_holds_of_it()
    {
        var dump = new ModuleDump { Pc = Code + 0x10, Words = Words }.With(ModuleDump.Base, Library).Open();

        Assert.Equal(["context Exported", "cfi Exported"], Walk(dump));
    }

    [Fact]
    public void Unwinds_a_module_by_its_own_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "some.dll"), Library);
        var dump = new ModuleDump { Pc = Code + 0x10, Words = Words }.Open();

        Assert.Equal(["context Exported", "cfi Exported"], Walk(dump, new([folder.Path])));
    }

    [Theory]
    [InlineData(0x04, true)]
    [InlineData(0x06, false)]
    [InlineData(0x00, false)]
    public void Finds_a_wrong_bit_in_the_code_that_crashed(byte wrong, bool isFlip)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "some.dll"), Library);
        var code = Library.AsSpan((int)TestImage.CodeAt + 0x10, 16).ToArray();
        code[3] ^= wrong;
        var dump = new ModuleDump { Pc = Code + 0x10, Words = Words }.With(Code + 0x10, code).Open();

        var flip = CodeFlip.Find(dump, Code + 0x10, new([folder.Path]));

        Assert.Equal(isFlip ? new(Code + 0x13, (byte)(code[3] ^ wrong), code[3]) : null, flip);
    }

    [Fact]
    public void Does_not_believe_the_file_of_another_build()
    {
        using var folder = new TemporaryFolder();
        var other = Library;
        other[0x88] ^= 1;
        File.WriteAllBytes(Path.Combine(folder.Path, "some.dll"), other);
        var dump = new ModuleDump { Pc = Code + 0x10, Words = Words }.Open();

        var (image, attempts) = new ModuleFiles([folder.Path]).Find(dump.Modules[0], Minidumps.Cpu.CpuKind.Amd64);

        Assert.Null(image);
        Assert.Contains(attempts, attempt => attempt.Answer.StartsWith("is of another build", StringComparison.Ordinal));
        Assert.DoesNotContain("cfi Exported", Walk(dump, new([folder.Path])));
    }

    [Fact]
    public void Which_files_of_a_module_were_tried_is_told()
    {
        using var folder = new TemporaryFolder();
        var other = Library;
        other[0x88] ^= 1;
        File.WriteAllBytes(Path.Combine(folder.Path, "some.dll"), other);
        var modules = new ModuleDump { Pc = ModuleDump.Base + 0x10, Words = Words };

        var files = new WalkOptions { ModuleFiles = new([folder.Path]) };
        var without = StackWalker.Walk(modules.Open(), SymbolStore.Empty, files);
        var inMemory = StackWalker.Walk(modules.With(ModuleDump.Base, Library).Open(), SymbolStore.Empty, files);

        Assert.StartsWith("is of another build", without.Modules[0].Files.Single(attempt => attempt.Place == Path.Combine(folder.Path, "some.dll")).Answer);
        Assert.Equal(new("the dump's memory", "was opened"), inMemory.Modules[0].Files[^1]);
        Assert.EndsWith("; the module itself was not found", Why(without));
        Assert.EndsWith("; the module itself names none there", Why(inMemory));
        Assert.Contains("  and for the module itself, for its unwind tables and names:\n    ", Text(without));
        Assert.Empty(StackWalker.Walk(new ModuleDump { Pc = Code, Words = Words }.Open(), SymbolStore.Empty, WalkOptions.Default).Modules[0].Files);

        static string Why(ProcessState state) =>
            (string)JsonNode.Parse(JsonReport.ToUtf8(state, new() { TellsWhy = true }).Span)!["threads"]![0]!["frames"]![0]!["why"]!;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Knows_a_library_of_linux_by_its_build_id(bool isSame)
    {
        using var folder = new TemporaryFolder();
        var (frames, header) = TestImage.EhFrame(16, [0x0c, 7, 8, 0x90, 1], [0x41, 0x0e, 16, 0x83, 2, 0x44, 0x0e, 48]);
        File.WriteAllBytes(Path.Combine(folder.Path, "libsome.so"), TestImage.Elf(62, frames, header));
        var id = isSame ? TestImage.BuildId : [.. TestImage.BuildId.Reverse()];
        var dump = new ModuleDump(platform: 0x8201)
        {
            Pc = Code + 0x10,
            Words = Words,
            Name = "/usr/lib/libsome.so",
            CodeView = [.. "LEpB"u8, .. id],
        }.Open();

        Assert.Equal(isSame, Walk(dump, new([folder.Path])) is ["context named", "cfi named", ..]);
    }

    [Fact]
    public void Finds_libraries_that_crashpad_knows_by_their_names_alone()
    {
        using var folder = new TemporaryFolder();
        var (frames, header) = TestImage.EhFrame(16, [0x0c, 7, 8, 0x90, 1], []);
        var libraries = Directory.CreateDirectory(Path.Combine(folder.Path, "usr", "lib", "x86_64-linux-gnu")).FullName;
        File.WriteAllBytes(Path.Combine(libraries, "libsome.so"), TestImage.Elf(62, frames, header));
        var dump = new ModuleDump(platform: 0x8201)
        {
            Pc = Code,
            Words = [],
            Name = "libsome.so",
            CodeView = [.. "LEpB"u8, .. TestImage.BuildId],
        }.Open();

        Assert.NotNull(new ModuleFiles([folder.Path]).Find(dump.Modules[0], Minidumps.Cpu.CpuKind.Amd64).Image);
    }

    [Theory]
    [InlineData(@"C:\..\..\some.dll")]
    [InlineData("..")]
    [InlineData("/dev/zero")]
    [InlineData("")]
    public void Follows_no_name_out_of_its_folders(string name)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "in", "side"));
        File.WriteAllBytes(Path.Combine(folder.Path, "some.dll"), Library);
        var dump = new ModuleDump { Pc = Code + 0x10, Words = Words, Name = name }.Open();

        Assert.Null(new ModuleFiles([Path.Combine(folder.Path, "in", "side")]).Find(dump.Modules[0], Minidumps.Cpu.CpuKind.Amd64).Image);
        Assert.Null(ModuleFiles.OfThisMachine.Find(dump.Modules[0], Minidumps.Cpu.CpuKind.Amd64).Image);
    }

    [Fact]
    public void Unwinds_generated_code_that_was_registered_with_windows()
    {
        const ulong generated = 0x20000000;
        var dump = new ModuleDump { Pc = generated + TestImage.CodeAt + 0x10, Words = [.. Words[..5], Code + 0x21, 0, 0] };
        dump.With(generated + TestImage.UnwindAt, Unwind).With(13, dump.New()
            .U32(24).U32(32).U32(0).U32(12).U32(1).U32(0)
            .U64(generated).U64(generated + 0x10000).U64(generated).U32(1).U32(0)
            .Raw(UnwindTableTests.Function()));

        Assert.Equal(["context ", "cfi "], Walk(dump.Open()).Take(2));
    }

    [Fact]
    public void Names_frames_in_a_module_that_was_unloaded()
    {
        const ulong gone = 0x30000000;
        var symbols = new SymbolStore([]);
        symbols.Add(new("", "", "gone.dll", "5f00000110000"), SymbolTable.Parse("FUNC 1000 40 0 lost\nSTACK CFI INIT 1000 40 .cfa: $rsp 48 + .ra: .cfa -8 + ^\n"u8.ToArray(), out _)!);
        var dump = new ModuleDump
        {
            Pc = gone + 0x1010,
            Words = Words,
            Unloaded = (gone, 0x10000, 0x5f000001, @"C:\app\gone.dll"),
        }.With(ModuleDump.Base, Library).Open();

        var frames = StackWalker.Walk(dump, symbols, WalkOptions.Default).Threads[0].Stack.Frames;

        Assert.Contains(StackWalker.Walk(dump, SymbolStore.Empty, WalkOptions.Default).Wanted, key => key.CodeFile == "gone.dll");
        Assert.Equal("lost", frames[0].Location.Function);
        Assert.Equal("gone.dll", Assert.Single(frames[0].Location.Unloaded).Module);
        Assert.Equal(-1, frames[0].Location.Module);
        Assert.Equal((FrameTrust.Cfi, Code + 0x21), (frames[1].Trust, frames[1].Pc));

        var unnamed = StackWalker.Walk(dump, SymbolStore.Empty, WalkOptions.Default);
        Assert.Contains("    No function: the address is in no module; gone.dll was there before, whose symbols were not found\n", Text(unnamed));
        Assert.Contains("\ngone.dll 5f00000110000 (unloaded): not found\n    gone.dll has no debug id", Text(unnamed));
    }

    [Theory]
    [InlineData(0xffffff8000000000, 0x7fffffffffUL)]
    [InlineData(0x7fffffffffUL, 0x7fffffffffUL)]
    [InlineData(0UL, 0x7fffffffffffUL)]
    public void Reads_the_mask_of_pointers_either_way_round(ulong mask, ulong address)
    {
        var dump = new ModuleDump { Pc = Code, Words = [] };
        dump.With(0x43500001, dump.New().U32(1).Zeros(52).U64(mask));

        Assert.Equal(address, StackWalker.FindPointerMask(dump.Open(), 0));
    }

    static string Text(ProcessState state)
    {
        using var text = new StringWriter();
        HumanReport.Write(state, text, new() { TellsWhy = true });
        return text.ToString();
    }

    static string[] Walk(Minidump dump, ModuleFiles? files = null) =>
    [
        .. StackWalker.Walk(dump, SymbolStore.Empty, WalkOptions.Default with { ModuleFiles = files }).Threads[0].Stack.Frames
            .Select(frame => $"{frame.Trust.Word} {frame.Location.Function}"),
    ];
}
