using System.Text.Json.Nodes;
using Socorro.Fields;

namespace Socorro.Processing.Rules;

sealed class BreadcrumbsRule : Rule
{
    public override string Name => "Breadcrumbs";

    public override string About => "Reads the trail of events, which clients send as a JSON list or as an object around one.";

    public override IReadOnlyList<string> Outputs => ["breadcrumbs"];

    public override bool Applies(Draft crash) => crash.Sent("breadcrumbs") is not null;

    public override void Act(Draft crash)
    {
        if (FieldValue.ReadJson(crash.Sent("breadcrumbs") ?? "") is not { } json)
            crash.Note("Breadcrumbs: malformed: not valid json");
        else if ((json is JsonObject wrapper ? wrapper["values"] : json) is not JsonArray crumbs || !crumbs.All(IsCrumb))
            crash.Note("Breadcrumbs: malformed: not a list of events");
        else
            crash.Set("breadcrumbs", crumbs.DeepClone());
    }

    /// <summary>An event says when it was; whatever else it says is shown as it is.</summary>
    static bool IsCrumb(JsonNode? crumb) => crumb is JsonObject members && members["timestamp"] is JsonValue;
}
