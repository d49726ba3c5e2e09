using System.Text.Json.Nodes;

namespace Socorro.Processing.Rules.Mozilla;

sealed class SubmittedFromRule : Rule
{
    public override string Name => "SubmittedFrom";

    public override string About => "Says where the user sent the crash from.";

    public override IReadOnlyList<string> Outputs => ["submitted_from", "submitted_from_infobar"];

    public override void Act(Draft crash)
    {
        var from = crash.Sent("submitted_from_infobar") is "1" or "true" ? "Infobar"
            : crash.Sent("submitted_from") ?? "Unknown";
        crash.Set("submitted_from", from);
        crash.Set("submitted_from_infobar", from == "Infobar");
    }
}

sealed class PluginRule : Rule
{
    public override string Name => "Plugin";

    public override string About => "Names the plug-in, in a plug-in's process.";

    public override IReadOnlyList<string> Inputs => ["process_type"];

    public override IReadOnlyList<string> Outputs => ["plugin_filename", "plugin_name", "plugin_version"];

    public override bool Applies(Draft crash) => crash.FindText("process_type") == "plugin";

    public override void Act(Draft crash)
    {
        foreach (var field in Outputs)
            crash.Set(field, crash.Sent(field) ?? "");
    }
}

sealed class AccessibilityRule : Rule
{
    public override string Name => "Accessibility";

    public override string About => "Says whether accessibility was active.";

    public override IReadOnlyList<string> Outputs => ["accessibility"];

    public override void Act(Draft crash) => crash.Set("accessibility", crash.Sent("accessibility") == "Active");
}

sealed class AddonsRule : Rule
{
    const string DefaultTheme = "{972ce4c6-7e08-4474-a285-3208198ce6fd}";

    public override string Name => "Addons";

    public override string About => "Reads the list of extensions as id:version.";

    public override IReadOnlyList<string> Outputs => ["addons", "addons_checked"];

    public override void Act(Draft crash)
    {
        var sent = crash.Sent("addons");
        var addons = string.IsNullOrEmpty(sent) ? [] : sent.Split(',').Select(Read);
        crash.Set("addons", new JsonArray([.. addons.Select(addon => JsonValue.Create(addon))]));
        crash.Set(
            "addons_checked",
            crash.Sent("em_check_compatibility") is { } check
                ? check.Equals("true", StringComparison.OrdinalIgnoreCase)
                : null);
    }

    static string Read(string text)
    {
        var addon = Uri.UnescapeDataString(text);
        if (!addon.Contains(':'))
            addon += ":NO_VERSION";

        return addon.StartsWith($"{DefaultTheme}:", StringComparison.Ordinal)
            ? $"{DefaultTheme} (default theme){addon[DefaultTheme.Length..]}"
            : addon;
    }
}

sealed class UtilityActorsNameRule : Rule
{
    public override string Name => "UtilityActorsName";

    public override string About => "Lists what the utility process ran.";

    public override IReadOnlyList<string> Outputs => ["utility_actors_name"];

    public override bool Applies(Draft crash) => crash.Sent("utility_actors_name") is not null;

    public override void Act(Draft crash)
    {
        var names = crash.Sent("utility_actors_name")!.Split( // Applies has seen it.
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        crash.Set("utility_actors_name", new JsonArray([.. names.Select(name => JsonValue.Create(name))]));
    }
}

sealed class DistributionIdRule : Rule
{
    const string Unknown = "unknown";

    public override string Name => "DistributionId";

    public override string About => "Says who packaged the application: by the annotation, or by the telemetry environment.";

    public override IReadOnlyList<string> Inputs => ["telemetry_environment"];

    public override IReadOnlyList<string> Outputs => ["distribution_id"];

    public override void Act(Draft crash)
    {
        var sent = crash.Sent("distribution_id");
        if (string.IsNullOrEmpty(sent)
            && crash.Find("telemetry_environment")?["partner"] is JsonObject partner
            && partner.TryGetPropertyValue("distributionId", out var id))
        {
            sent = id is JsonValue value && value.TryGetValue(out string? text) ? text : "";
        }

        crash.Set("distribution_id", sent switch
        {
            null => Unknown,
            "" => "mozilla",
            _ => sent,
        });
    }
}
