using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Socorro.Minidumps.Images;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Tests.Fuzzing;

namespace Socorro.Minidumps.Tests.Output;

/// <summary>docs/stackwalk.schema.json is true: of every report, and of nothing that no report has.</summary>
public sealed class ReportSchemaTests
{
    const string AnyAddress = "^0x([0-9a-f]{8}|[0-9a-f]{16})$";

    /// <summary>Of dumps that are not at hand.</summary>
    static readonly string[] Rare =
    [
        "$defs/crashing_thread/properties/shadow_stack_pointer",
        "$defs/crash_info/properties/code_bit_flip",
        "$defs/crash_info/properties/code_bit_flip/properties/address",
        "$defs/crash_info/properties/code_bit_flip/properties/expected",
        "$defs/crash_info/properties/code_bit_flip/properties/found",
        "$defs/crashing_thread/properties/start_function",
        "$defs/crashing_thread/properties/start_module",
        "$defs/exception/properties/thrown_types",
        "$defs/report/properties/memory_regions/properties/mapped/properties/is_near_limit",
        "$defs/unloaded_module/properties/symbol_lookup",
    ];

    static readonly string[] Roots = ["symbols-linux", "breakpad/symbols", "breakpad/symbols/microdump", "rust-minidump/symbols"];

    static readonly JsonOptions[] Options =
    [
        JsonOptions.Default,
        new() { TellsWhy = true, RecoversArguments = true, HasAllRegisters = true, MaxFrames = 8 },
    ];

    readonly string _text = File.ReadAllText(SchemaFile());

    [Fact]
    public void Every_report_is_as_the_schema_says_and_has_in_all_what_it_names()
    {
        var narrow = Read(_text.Replace(AnyAddress, "^0x[0-9a-f]{8}$", StringComparison.Ordinal));
        var wide = Read(_text.Replace(AnyAddress, "^0x[0-9a-f]{16}$", StringComparison.Ordinal));

        foreach (var (name, state) in Synthetic().Concat(OfPeers()).Concat(Real()))
        {
            foreach (var options in Options)
            {
                using var report = JsonDocument.Parse(JsonReport.ToUtf8(state, options));
                var arch = report.RootElement.GetProperty("system_info").GetProperty("cpu_arch").GetString();
                var schema = arch is "x86" or "arm" or "mips" or "ppc" or "riscv" ? narrow : wide;
                var faults = schema.Check(report.RootElement, "report");
                Assert.True(faults is [], $"{name}: {string.Join('\n', faults)}");
            }
        }

        using var document = JsonDocument.Parse(_text);
        var members = JsonSchema.MembersOf(document.RootElement).Where(member => !member.StartsWith("$defs/refusal", StringComparison.Ordinal));
        Assert.True(Lines(Rare) == Lines(members.Except(narrow.Met).Except(wide.Met)), $"no report has:\n{Lines(members.Except(narrow.Met).Except(wide.Met))}");

        static string Lines(IEnumerable<string> names) => string.Join('\n', names.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("this is no minidump, and long enough to see that")]
    public void What_cannot_be_read_is_reported_as_the_schema_says(string file)
    {
        Assert.False(Minidump.TryOpen(Encoding.UTF8.GetBytes(file), Limits.Default, out _, out var refusal));
        var output = new ArrayBufferWriter<byte>();
        JsonReport.Write(refusal, output, JsonOptions.Default);

        using var report = JsonDocument.Parse(output.WrittenMemory);
        Assert.Empty(Read(_text).Check(report.RootElement, "refusal"));
        Assert.NotEmpty(Read(_text).Check(report.RootElement, "report"));
    }

    [Theory]
    [InlineData("""{"address": 7, "size": 4}""", "is a Number")]
    [InlineData("""{"address": "0x7", "size": 4}""", "is 0x7")]
    [InlineData("""{"access_type": "execute", "address": "0x00000007", "size": 4}""", "is no word")]
    [InlineData("""{"address": "0x00000007"}""", "lacks ")]
    [InlineData("""{"access_type": "read", "address": "0x00000007", "size": 4, "more": 1}""", "does not know")]
    [InlineData("""{"size": 4, "access_type": "read", "address": "0x00000007"}""", "has access_type behind size")]
    [InlineData("""{"access_type": "read", "address": "0x00000007", "size": 0.5}""", "is a Number")]
    public void The_check_sees_what_is_wrong(string access, string fault)
    {
        var report = $$"""
            {"address":null,"adjusted_address":null,"assertion":null,"crash_inconsistencies":null,"crashing_thread":null,"instruction":null,
            "instruction_pointer_update":null,"memory_accesses":[{{access}}],"possible_bit_flips":null,"type":null}
            """;
        using var value = JsonDocument.Parse(report);

        Assert.Contains(Read(_text).Check(value.RootElement, "crash_info"), found => found.Contains(fault, StringComparison.Ordinal));
    }

    static IEnumerable<(string Name, ProcessState State)> Real()
    {
        var files = Directory.GetFiles(SharedData.Path("dumps"), "*.dmp", SearchOption.AllDirectories);
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            Assert.True(Minidump.TryOpen(File.ReadAllBytes(file), Limits.Default, out var dump, out _));
            yield return (file, StackWalker.Walk(dump, Walks.GetStore(Roots), WalkOptions.Default));
        }
    }

    static IEnumerable<(string Name, ProcessState State)> Synthetic()
    {
        foreach (var machine in FuzzMachine.All)
        {
            Assert.True(Minidump.TryOpen(FuzzDump.Build(machine), Limits.Default, out var dump, out _));
            var symbols = new SymbolStore([]);
            symbols.Add(StackWalker.KeyOf(dump.Modules[0]), FuzzDump.ReadSymbols());
            var client = ClientFacts.Read(new Dictionary<string, string>
            {
                ["ModuleSignatureInfo"] = """{"Signer": ["program", "gone.dll"]}""",
            });
            var files = new WalkOptions { ModuleFiles = new ModuleFiles(["/no/such/folder"]) };
            yield return (machine.ToString(), StackWalker.Walk(dump, symbols, files) with { Client = client });
        }
    }

    static IEnumerable<(string Name, ProcessState State)> OfPeers()
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("cases", "stackwalk", "synth", "dumps.json")));
        foreach (var test in cases.RootElement.EnumerateArray())
        {
            var bytes = test.GetProperty("dump_base64");
            if (bytes.ValueKind == JsonValueKind.String && Minidump.TryOpen(bytes.GetBytesFromBase64(), Limits.Default, out var dump, out _))
                yield return (test.GetProperty("test").GetString()!, StackWalker.Walk(dump, SymbolStore.Empty, WalkOptions.Default));
        }

        yield return ("generated code calls", Walks.Walk(GeneratedCode(0xff, 0xd0)));
        yield return ("generated code writes", Walks.Walk(GeneratedCode(0x89, 0x00)));
    }

    // A thread that began in generated code runs out of memory there, and into a guard page.
    static byte[] GeneratedCode(params byte[] instruction)
    {
        const ulong code = 0x700000;
        const ulong guard = code + 0x1000;
        var dump = new SyntheticDump().System(9, 3);
        var context = dump.Add(dump.Layout().Zeros(1232).Put(48, 0x10000f, 4).Put(120, guard, 8).Put(248, code, 8));
        var bytes = dump.Add(instruction);
        dump.Stream(3, dump.Layout().U32(1).U32(7).Zeros(36).U32(1232).U32(context));
        dump.Stream(5, dump.Layout().U32(1).U64(code).U32((uint)instruction.Length).U32(bytes));
        dump.Stream(6, dump.Layout().U32(7).U32(0).U32(0xe0000008).Zeros(12).U64(code).U32(1).U32(0).U64(4096).Zeros(14 * 8).U32(1232).U32(context));
        var regions = dump.Layout().U32(16).U32(48).U64(2);
        foreach (var (address, protection) in ((ulong, uint)[])[(code, 0x40), (guard, 1)])
            regions.U64(address).U64(address).U32(protection).U32(0).U64(0x1000).U32(0x1000).U32(protection).U32(0x20000).U32(0);
        dump.Stream(16, regions);
        dump.Stream(17, dump.Layout().U32(12).U32(64).U32(1).U32(7).U32(0).U32(0).U32(259).Zeros(32).U64(code).U64(1));
        return dump.ToArray();
    }

    static JsonSchema Read(string schema)
    {
        using var document = JsonDocument.Parse(schema);
        return new(document.RootElement.Clone());
    }

    static string SchemaFile([CallerFilePath] string file = "") =>
        Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "..", "docs", "stackwalk.schema.json");
}
