using System.Text.Json;
using System.Text.Json.Nodes;

namespace Socorro.Processing.Rules;

/// <summary>A symbol server's address may hold keys of the supply, or be of a machine that nobody else should see.</summary>
sealed class SymbolUrlsRule : Rule
{
    public override string Name => "SymbolUrls";

    public override string About =>
        "Removes user, query and fragment from the addresses that symbols came from, and those on the processor's own machine.";

    public override IReadOnlyList<string> Outputs => [];

    public override bool Applies(Draft crash) => crash.Reported.Any(dump => Telling(crash.ReportOf(dump)).Any());

    public override void Act(Draft crash)
    {
        foreach (var dump in crash.Reported.Where(dump => Telling(crash.ReportOf(dump)).Any()).ToList())
        {
            var report = JsonObject.Create(crash.ReportOf(dump))!; // Reports are objects.
            foreach (var index in Telling(crash.ReportOf(dump)))
            {
                var module = report["modules"]![index]!;
                var url = Publish(module["symbol_url"]!.GetValue<string>());
                module["symbol_url"] = url;
                if (url is null)
                    crash.Note($"Redacting symbol url for module {module["debug_file"] ?? module["filename"]}");
            }

            crash.ReplaceReport(dump, report);
        }
    }

    /// <summary>The modules whose address may not stay as it is.</summary>
    static IEnumerable<int> Telling(JsonElement report) =>
        report.Member("modules").Items().Index()
            .Where(module => module.Item.Member("symbol_url").Text() is { } url && Publish(url) != url)
            .Select(module => module.Index);

    static string? Publish(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https"
        && !address.IsLoopback
        && !address.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            ? address.UserInfo.Length == 0 && address.Query.Length == 0 && address.Fragment.Length == 0
                ? url
                : address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : null;
}
