using System.Text.Json.Nodes;
using Socorro.Fields;

namespace Socorro.Processing.Rules;

/// <summary>The structured form of what <see cref="JavaStackTraceRule"/> reads as text: messages are kept from the public.</summary>
sealed class JavaExceptionRule : Rule
{
    static readonly string[] PublicFrameMembers = ["module", "function", "filename", "lineno", "in_app"];

    public override string Name => "JavaException";

    public override string About => "Keeps a structured Java exception as sent, and without its messages for everyone.";

    public override IReadOnlyList<string> Outputs => ["java_exception_raw", "java_exception"];

    public override bool Applies(Draft crash) => crash.Sent("java_exception_raw") is not null;

    public override void Act(Draft crash)
    {
        var text = crash.Sent("java_exception_raw") ?? "";
        if (FieldValue.ReadJson(text) is not { } json)
        {
            var problem = text.Trim() == "null" ? "java_exception" : "json";
            crash.Note($"JavaException value is malformed {problem}");
        }
        else if (Publish(json) is not { } shown)
        {
            crash.Note("JavaException value is malformed java_exception");
        }
        else
        {
            crash.Set("java_exception_raw", json);
            crash.Set("java_exception", shown);
        }
    }

    static JsonObject? Publish(JsonNode json)
    {
        if (json is not JsonObject { } outer || outer["exception"] is not JsonObject { } exception
            || exception["values"] is not JsonArray { Count: > 0 } values)
        {
            return null;
        }

        var shown = new JsonArray();
        foreach (var value in values)
        {
            if (value is not JsonObject { } members || members["stacktrace"] is not JsonObject { } stack
                || stack["frames"] is not JsonArray { } frames || !frames.All(frame => frame is JsonObject))
            {
                return null;
            }

            shown.Add(new JsonObject
            {
                ["stacktrace"] = new JsonObject
                {
                    ["type"] = stack["type"]?.DeepClone(),
                    ["module"] = stack["module"]?.DeepClone(),
                    ["frames"] = new JsonArray([.. frames.Select(frame => PublishFrame(frame!.AsObject()))]),
                },
            });
        }

        return new() { ["exception"] = new JsonObject { ["values"] = shown } };
    }

    static JsonObject PublishFrame(JsonObject frame) => new(
        PublicFrameMembers.Where(frame.ContainsKey).Select(name => KeyValuePair.Create(name, frame[name]?.DeepClone())));
}
