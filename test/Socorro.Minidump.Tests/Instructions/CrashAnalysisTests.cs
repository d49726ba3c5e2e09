using System.Globalization;
using System.Text.Json;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Instructions;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Reasons;

namespace Socorro.Minidumps.Tests.Instructions;

public sealed class CrashAnalysisTests
{
    /// <summary>Dumps of which we say something else, what it is about, and why.</summary>
    static readonly (string Dump, string Fact, string Reason)[] Deviations =
    [
        ("write_av_non_canonical.dmp", "adjusted", "an offset that makes the address non-canonical is no offset from null"),
        ("linux_stacksmash.dmp", "adjusted", "an address of 0 that the instruction does not use was not kept"),
        ("linux_stacksmash.dmp", "flips", "no single bit makes the address that was used canonical"),
    ];

    static readonly string[] Folders =
        ["linux-amd64", "linux-x86", "linux-arm64", "linux-arm", "breakpad", "rust-minidump"];

    [Fact]
    public void Equals_the_reports_of_minidump_stackwalk()
    {
        var different = new List<string>();
        foreach (var (name, dump, report) in PeerReports.ReadNamed())
        {
            foreach (var (fact, expected, actual) in Compare(dump, report))
            {
                if (expected != actual && !Deviations.Any(deviation => (deviation.Dump, deviation.Fact) == (name, fact)))
                    different.Add($"{name}: {fact} should be {expected}, is {actual}");
            }
        }

        Assert.Equal("", string.Join('\n', different));
    }

    [Theory]
    [InlineData("breakpad/write_av_non_canonical.dmp", "NonCanonical fefefefefefefefe")]
    [InlineData("linux-amd64/null.dmp", "NullPointer 0")]
    [InlineData("linux-x86/null.dmp", "NullPointer 0")]
    [InlineData("linux-amd64/readonly.dmp", "")]
    [InlineData("linux-amd64/abort.dmp", "")]
    public void Finds_the_address_that_was_meant(string dump, string expected)
    {
        var adjusted = Walks.Walk(dump).Analysis!.Adjusted;

        Assert.Equal(expected, adjusted is { } found ? $"{found.Kind} {found.Value:x}" : "");
    }

    [Fact]
    public void Finds_no_contradiction_in_real_crashes() => Assert.All(
        ReadCrashes(), dump => Assert.Empty(Walks.Walk(dump).Analysis?.Inconsistencies ?? []));

    [Fact]
    public void Finds_the_access_of_every_memory_fault_that_tells_its_address() => Assert.All(
        ReadCrashes(),
        dump =>
        {
            var state = Walks.Walk(dump);
            if (state is { Analysis: { Instruction: not null, Adjusted: null, Accesses: { } accesses }, Reason: { } reason }
                && reason.Text.Contains("SEGV_", StringComparison.Ordinal) && !reason.Text.EndsWith("0x00000080", StringComparison.Ordinal))
            {
                Assert.Contains(accesses, access => access.Covers(reason.Address!.Value));
            }
        });

    static IEnumerable<string> ReadCrashes() =>
        from folder in Folders
        from file in Directory.GetFiles(SharedData.Path("dumps", folder), "*.dmp").Order(StringComparer.Ordinal)
        where !Path.GetFileName(file).StartsWith("microdump", StringComparison.Ordinal)
        select $"{folder}/{Path.GetFileName(file)}";

    static IEnumerable<(string Fact, string Expected, string Actual)> Compare(Minidump dump, JsonElement report)
    {
        var analysis = CrashAnalysis.Analyze(dump, CrashReason.Explain(dump));
        yield return ("inconsistencies", "", string.Join(' ', (analysis?.Inconsistencies ?? []).Select(AnalysisNames.Of)));

        // The peer analyses amd64 only.
        if (dump.Cpu != CpuKind.Amd64 || analysis is null)
            yield break;

        yield return ("instruction", report.GetProperty("instruction").GetString() ?? "", analysis.Instruction ?? "");
        yield return ("adjusted", ReadAdjusted(report.GetProperty("adjusted_address")), Describe(analysis.Adjusted));
        yield return ("accesses", ReadAccesses(report.GetProperty("memory_accesses"), analysis), Describe(analysis.Accesses));
        yield return ("flips", (report.GetProperty("bit_flips").GetInt32() > 0).ToString(), (analysis.BitFlips.Count > 0).ToString());
    }

    static string ReadAdjusted(JsonElement adjusted) => adjusted.ValueKind == JsonValueKind.Null
        ? ""
        : $"{adjusted.GetProperty("kind").GetString()} {adjusted.EnumerateObject().Last().Value.GetString()}";

    static string Describe(AdjustedAddress? adjusted) => adjusted switch
    {
        { Kind: AdjustmentKind.NullPointer, Value: var offset } => $"null-pointer 0x{offset:x16}",
        { Value: var address } => $"non-canonical 0x{address:x16}",
        null => "",
    };

    static string ReadAccesses(JsonElement accesses, CrashAnalysis analysis) => accesses.ValueKind == JsonValueKind.Null
        ? "null"
        : string.Join(' ', accesses.EnumerateArray().Select((access, i) =>
        {
            var kind = access.TryGetProperty("access_type", out var type) ? type.GetString()
                : AnalysisNames.Of(analysis.Accesses![i].Mode);
            return $"{access.GetProperty("address").GetString()}/{access.GetProperty("size").GetInt32()}/{kind}";
        }));

    static string Describe(IReadOnlyList<MemoryAccess>? accesses) => accesses is null
        ? "null"
        : string.Join(' ', accesses.Select(access => string.Create(
            CultureInfo.InvariantCulture, $"0x{access.Address:x16}/{access.Size}/{AnalysisNames.Of(access.Mode)}")));
}
