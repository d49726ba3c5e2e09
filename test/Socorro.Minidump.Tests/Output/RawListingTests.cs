using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Socorro.Minidumps.Output.Raw;
using Socorro.Minidumps.Tests.Fuzzing;

namespace Socorro.Minidumps.Tests.Output;

public sealed partial class RawListingTests
{
    /// <summary>Lines of the peers that ours says otherwise: how they begin, and why.</summary>
    static readonly (string Beginning, string Reason)[] Deviations =
    [
        ("time_zone", "the peer writes the zone's fields below, without its name"),
        ("xstate_data", "the peer writes the features below"),
        ("feature", "ours have the place of their structure in front of them"),
        ("standard_", "the same"),
        ("daylight_", "the same"),
        ("bias", "the same"),
        ("process_state[0]", "ours do not number what is there once"),
        ("file_system_state", "ours says that it is of a process"),
        ("(misc_record)", "one that is there is not decoded, and is not null"),
        ("stream type 0x4b6b0002", "we call it by its writer's name"),
        ("stream_type = 0x4b6b0002", "the same"),
        ("module_list[0].annotation_objects", "sorted by the peer"),
        ("region_count", "ours counts and lists regions that have no bytes, too"),
        ("thread_count", "and threads whose name can't be read"),
    ];

    public static TheoryData<string> Cases() =>
        [.. ReadCases().Select(test => (string)test["test"]!).Distinct()];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Lists_what_the_peer_lists(string name)
    {
        foreach (var test in ReadCases().Where(test => (string)test["test"]! == name))
        {
            Assert.True(Minidump.TryOpen(Convert.FromBase64String((string)test["dump_base64"]!), Limits.Default, out var dump, out _));
            var ours = Text(dump, isBrief: true).Split('\n').Select(Normalize).ToHashSet();
            var theirs = test["raw_dump_lines"]!.AsArray().Select(line => Normalize((string)line!));

            Assert.DoesNotContain(theirs, line => line.Length > 0 && !ours.Contains(line) && !Deviates(line));
        }
    }

    [Fact]
    public void Lists_the_fields_that_breakpad_lists()
    {
        var golden = JsonNode.Parse(File.ReadAllText(SharedData.Path("cases", "stackwalk", "breakpad-out", "minidump2.rawdump.json")))!;
        var ours = Text(RealDumps.Open("breakpad", "minidump2.dmp"), isBrief: true).Split('\n').Select(Normalize).ToHashSet();

        // Breakpad puts names behind numbers, dates in its own form, and some numbers in hexadecimal that rust-minidump has in decimal.
        var missing = golden["fields"]!.AsArray()
            .Select(field => (Name: (string)field![1]!, Value: ((string)field[2]!).Split(' ')[0]))
            .Where(field => !ours.Any(line => line.StartsWith(Normalize($"{field.Name} = "), StringComparison.Ordinal)))
            .Select(field => field.Name).Distinct();
        Assert.Empty(missing.Except(["cpu.x86_cpu_info.vendor_id[0]", "cpu.x86_cpu_info.vendor_id[1]", "cpu.x86_cpu_info.vendor_id[2]",
            "cpu.x86_cpu_info.version_information", "cpu.x86_cpu_info.feature_information", "cpu.x86_cpu_info.amd_extended_cpu_features",
            "(csd_version)", "(cpu_vendor)"]));
    }

    [Fact]
    public void Lists_every_stream_of_every_real_dump_in_text_and_json() => Assert.All(
        Directory.GetFiles(SharedData.Path("dumps"), "*.dmp", SearchOption.AllDirectories),
        file =>
        {
            Assert.True(Minidump.TryOpen(File.ReadAllBytes(file), Limits.Default, out var dump, out _));
            var text = Text(dump, isBrief: false);
            using var json = JsonDocument.Parse(Json(dump));

            Assert.DoesNotContain('\e', text);
            Assert.InRange(text.Length, 100, 40_000_000);
            Assert.InRange(json.RootElement.GetArrayLength(), 1, 100_000);
        });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    public void Lists_the_streams_that_no_report_tells_of(int machine)
    {
        Assert.True(Minidump.TryOpen(FuzzDump.Build(FuzzMachine.All[machine]), Limits.Default, out var dump, out _));
        var text = Text(dump, isBrief: false);

        foreach (var structure in (string[])["MINIDUMP_TOKEN", "AVRF_HANDLE_OPERATION", "MINIDUMP_FUNCTION_TABLE_DESCRIPTOR", "MINIDUMP_THREAD_INFO",
            "MINIDUMP_SYSTEM_MEMORY_INFO", "MINIDUMP_PROCESS_VM_COUNTERS", "MDRawAssertionInfo", "StabilityReport", "MDRawMacCrashInfoRecord"])
        {
            Assert.Contains($"\n{structure}\n", text);
        }

        Assert.Contains("token_id     = 4711", text);
        Assert.Contains("bootargs = -v keepsyms=1", text);
        Assert.Contains("process_state.process_id = 8", text);
    }

    [Fact]
    public void Shows_the_bytes_of_streams_that_it_does_not_know_and_bounds_them()
    {
        var dump = new SyntheticDump().Stream(0x1234, "0123456789abcdefXYZ\n"u8.ToArray()).Stream(0x1235, new byte[100_000]).Open();
        var text = Text(dump, isBrief: false);

        Assert.Contains("Stream 0x1234:\n    00000000  30313233343536373839616263646566  0123456789abcdef\n    00000010  58595a0a", text);
        Assert.Contains("    … 83616 more bytes\n", text);
    }

    [Fact]
    public void Leaves_the_contents_of_memory_out_of_a_brief_listing()
    {
        var dump = RealDumps.Open("breakpad", "minidump2.dmp");

        Assert.Contains("\n  Memory\n    0012f31c  ", Text(dump, isBrief: false));
        Assert.DoesNotContain("Memory\n", Text(dump, isBrief: true));
    }

    [Fact]
    public void Lists_a_microdump()
    {
        var text = Text(RealDumps.Open("breakpad", "microdump-arm.dmp"), isBrief: false);

        Assert.Contains("debug_identifier = 167F187B09A27F7444EF989603AAFD3D0\n", text);
        Assert.Contains("CONTEXT_ARM\n", text);
        Assert.Contains("\n    ffea6000  ", text);
    }

    static bool Deviates(string line) =>
        Deviations.Any(deviation => line.StartsWith(Normalize(deviation.Beginning), StringComparison.Ordinal));

    static string Normalize(string line) => Blanks().Replace(line.Replace("\0", "", StringComparison.Ordinal).Trim(), " ").Replace("[ ", "[", StringComparison.Ordinal);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    static string Text(Minidump dump, bool isBrief)
    {
        using var output = new StringWriter();
        RawListing.WriteText(dump, output, isBrief);
        return output.ToString();
    }

    static byte[] Json(Minidump dump)
    {
        using var output = new MemoryStream();
        RawListing.WriteJson(dump, output, isBrief: false, isPretty: false);
        return output.ToArray();
    }

    static IEnumerable<JsonNode> ReadCases()
    {
        var path = SharedData.Find("cases", "stackwalk", "synth", "dumps.json");
        return File.Exists(path)
            ? JsonNode.Parse(File.ReadAllText(path))!.AsArray().Where(test => test!["raw_dump_lines"] is JsonArray && test["dump_base64"] is not null).Select(test => test!)
            : [];
    }
}
