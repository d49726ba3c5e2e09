using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Socorro.Processing.Rules.Mozilla;

sealed class MemoryReportRule : Rule
{
    const string Attachment = "memory_report";
    const int MaxLength = 20 * 1024 * 1024;

    public override string Name => "MemoryReport";

    public override string About => "Reads the compressed memory report and sums the crashed process's measures.";

    public override IReadOnlyList<string> Inputs => ["pid"];

    public override IReadOnlyList<string> Outputs { get; } =
    [
        "memory_report", "memory_report_error", "memory_measures",
        .. MemoryMeasures.Names.Select(FieldOf),
    ];

    public override IReadOnlyList<string> Attachments => [Attachment];

    public override bool Applies(Draft crash) => crash.FindAttachment(Attachment) is not null;

    public override void Act(Draft crash)
    {
        if (!TryRead(crash.FindAttachment(Attachment)!.Value, out var report, out var error)) // Applies has seen it.
        {
            crash.Set("memory_report_error", error);
            crash.Note("memory report could not be read");
            return;
        }

        crash.Set("memory_report", JsonObject.Create(report));
        if (crash.FindInteger("pid") is not { } pid || MemoryMeasures.Sum(report, pid) is not { } measures)
            return;

        foreach (var (name, sum) in measures)
            crash.Set(FieldOf(name), sum);
        crash.Set("memory_measures", new JsonObject(measures.Select(sum => KeyValuePair.Create(sum.Key, (JsonNode?)sum.Value))));
    }

    static string FieldOf(string measure) => $"memory_{measure}";

    static bool TryRead(ReadOnlyMemory<byte> bytes, out JsonElement report, out string error)
    {
        report = default;
        error = "";
        try
        {
            using var unzipped = new GZipStream(new MemoryStream(bytes.ToArray()), CompressionMode.Decompress);
            var text = new byte[MaxLength + 1];
            var length = unzipped.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            error = length > MaxLength ? $"is larger than {MaxLength} bytes"
                : LooseJson.TryParse(text.AsMemory(0, length), out report, LooseJson.MaxFieldDepth)
                    && report.ValueKind == JsonValueKind.Object ? ""
                : "is not a JSON object";
        }
        catch (InvalidDataException)
        {
            error = "is not compressed with gzip";
        }

        return error.Length == 0;
    }
}

/// <summary>The sums that Firefox's about:memory shows, for one process.</summary>
static class MemoryMeasures
{
    const int NonHeap = 0;
    const int Heap = 1;

    static readonly string[] Measured =
    [
        "gfx-textures", "ghost-windows", "heap-allocated", "host-object-urls", "private", "resident", "resident-unique",
        "system-heap-allocated", "vsize", "vsize-max-contiguous",
    ];

    static readonly string[] Derived =
        ["explicit", "heap-overhead", "heap-unclassified", "images", "js-main-runtime", "top-none-detached"];

    public static IEnumerable<string> Names { get; } = [.. Measured.Concat(Derived).Select(NameOf)];

    /// <summary>
    /// Each of the <see cref="Names"/> in bytes; null when nothing is reported of the process, or something in a way that can't
    /// be summed.
    /// </summary>
    public static IReadOnlyDictionary<string, long>? Sum(JsonElement report, long pid)
    {
        var sums = Measured.Concat(Derived).ToDictionary(name => name, _ => 0L);
        long explicitHeap = 0, explicitNonHeap = 0;
        var found = false;
        foreach (var entry in report.Member("reports").Items())
        {
            if (entry.Member("process").Text()?.Contains($"(pid {pid})", StringComparison.Ordinal) != true)
                continue;
            if (entry.Member("path").Text() is not { } path || entry.Member("amount").Integer() is not { } amount
                || entry.Member("kind").Integer() is not { } kind || entry.Member("units").Integer() is not { } units)
            {
                return null;
            }

            found = true;
            if (path.StartsWith("explicit/", StringComparison.Ordinal))
            {
                if (units != 0 || kind is not (Heap or NonHeap))
                    return null;

                explicitHeap += kind == Heap ? amount : 0;
                explicitNonHeap += kind == NonHeap ? amount : 0;
            }

            if (FindSum(path) is { } name)
                sums[name] += amount;
        }

        if (!found)
            return null;

        sums["heap-unclassified"] = sums["heap-allocated"] - explicitHeap;
        sums["explicit"] = sums["heap-allocated"] + explicitNonHeap;
        return sums.ToDictionary(sum => NameOf(sum.Key), sum => sum.Value);
    }

    static string NameOf(string measure) => measure.Replace('-', '_');

    static string? FindSum(string path) => path switch
    {
        _ when Measured.Contains(path) => path,
        _ when path.StartsWith("explicit/images/", StringComparison.Ordinal) => "images",
        _ when path.StartsWith("explicit/heap-overhead/", StringComparison.Ordinal) => "heap-overhead",
        _ when path.Contains("top(none)/detached", StringComparison.Ordinal) => "top-none-detached",
        _ when path.StartsWith("js-main-runtime/", StringComparison.Ordinal) => "js-main-runtime",
        _ => null,
    };
}
