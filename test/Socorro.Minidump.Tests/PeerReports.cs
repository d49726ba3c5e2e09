using System.Text.Json;

namespace Socorro.Minidumps.Tests;

/// <summary>What rust-minidump says of the dumps that the data has.</summary>
static class PeerReports
{
    static readonly (string File, string Folder)[] Sources =
    [
        ("rust-testdata", "rust-minidump"),
        ("breakpad-testdata-windows", "breakpad"),
        ("breakpad-testdata-linux", "breakpad"),
    ];

    public static IEnumerable<(Minidump Dump, JsonElement Report)> ReadAll() =>
        ReadNamed().Select(named => (named.Dump, named.Report));

    public static IEnumerable<(string Name, Minidump Dump, JsonElement Report)> ReadNamed()
    {
        foreach (var (file, folder) in Sources)
        {
            var path = SharedData.Path("cases", "stackwalk", "peers", $"{file}.json");
            using var reports = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (var report in reports.RootElement.EnumerateArray())
            {
                var dumpFile = SharedData.Path("dumps", folder, report.GetProperty("dump").GetString()!);
                var expected = report.GetProperty("rust");
                if (expected.TryGetProperty("error", out _) || !File.Exists(dumpFile))
                    continue;

                var name = Path.GetFileName(dumpFile);
                yield return (name, RealDumps.Open(folder, name), expected.Clone());
            }
        }
    }
}
