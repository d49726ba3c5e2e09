using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Socorro.Crashes;
using Socorro.Processing;

namespace Socorro.Tests.Processing;

public sealed class SignatureRegenerationTests
{
    const string Report = """
        {"crash_info":{"crashing_thread":1,"type":"SIGSEGV","address":"0x0"},"system_info":{"os":"Linux"},
         "threads":[{"frames":[{"frame":0,"function":"main"}]},
                    {"frames":[{"frame":0,"function":"raise"},{"frame":1,"function":"app::run(int)"},{"frame":2,"function":"b\u00e4r"}]}]}
        """;

    static readonly Pipeline Pipeline = Pipelines.Of(Pipelines.Default);

    [Fact]
    public void Changes_nothing_when_the_signature_would_be_the_same() =>
        Assert.Null(Pipeline.RegenerateSignature(Process(), why: null));

    [Fact]
    public void Makes_the_same_signature_as_processing_does_and_leaves_all_else_alone()
    {
        var right = Read(Process());
        var stored = Edit(right, document =>
        {
            document["signature"] = "old";
            document["proto_signature"] = "older";
            document["stack_hash"] = "0";
            document["no_field_of_ours"] = JsonNode.Parse("[1.50, \"\\u00e4\"]");
        });

        var result = Pipeline.RegenerateSignature(stored, "reprocessing order 3")!; // It has something to change.
        var again = Read(result.Crash);

        string[] touched = ["started_datetime", "completed_datetime", "processor_notes", "processor_history", "signature_history"];
        foreach (var member in right.EnumerateObject().Where(member => !touched.Contains(member.Name)))
            Assert.Equal(member.Value.GetRawText(), again.GetProperty(member.Name).GetRawText());

        Assert.Equal("[1.50,\"\u00e4\"]", again.GetProperty("no_field_of_ours").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(right.GetProperty("signature").GetString(), result.Summary.Signature);
        Assert.Equal(("Demo", "SIGSEGV"), (result.Summary.Product, result.Summary.Reason));
        Assert.Null(Pipeline.RegenerateSignature(result.Crash, why: null));
    }

    [Fact]
    public void Keeps_what_was_before_in_the_histories()
    {
        var right = Read(Process());
        var stored = Edit(right, document => document["signature"] = "old");

        var again = Read(Pipeline.RegenerateSignature(stored, "reprocessing order 3")!.Crash); // It has something to change.

        Assert.Equal(
            right.GetProperty("processor_notes").GetString(), again.GetProperty("processor_history")[0].GetString());
        Assert.Contains("; reprocessing order 3)", Pipelines.NotesOf(again)[0], StringComparison.Ordinal);
        Assert.Equal("old", again.GetProperty("signature_history")[0].GetProperty("signature").GetString());
        Assert.Equal("reprocessing order 3", again.GetProperty("signature_history")[0].GetProperty("replaced_by").GetString());
        var names = again.EnumerateObject().Select(member => member.Name).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }

    [Fact]
    public void Lets_go_what_the_new_signature_does_not_have()
    {
        var stored = Edit(Read(Process("""{"threads":[]}""")), document => document["proto_signature"] = "of another time");

        var again = Read(Pipeline.RegenerateSignature(stored, why: null)!.Crash); // It has something to change.

        Assert.False(again.TryGetProperty("proto_signature", out _));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("no JSON")]
    [InlineData("{\"signature\":")]
    public void Refuses_what_is_no_processed_crash(string json) =>
        Assert.Throws<InvalidDataException>(() => Pipeline.RegenerateSignature(Stored(json), why: null));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"json_dump":5,"signature":[],"submitted_timestamp":"x","processor_history":7,"additional_minidumps":{}}""")]
    public void Stands_a_document_whose_values_are_of_any_type(string json)
    {
        var again = Read(Pipeline.RegenerateSignature(Stored(json), why: null)!.Crash); // It has something to change.

        Assert.StartsWith("EMPTY", again.GetProperty("signature").GetString(), StringComparison.Ordinal);
    }

    static ProcessedCrash Process(string report = Report) => Pipeline.Run(
        Pipelines.Crash(("ProductName", "Demo"), ("Comments", "\u4e2d")) with { Walks = [Pipelines.Walked(report)] }).Crash;

    static ProcessedCrash Edit(JsonElement document, Action<JsonObject> edit)
    {
        var edited = JsonNode.Parse(document.GetRawText())!.AsObject();
        edit(edited);
        var sorted = new JsonObject(edited.OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        return Stored(sorted.ToJsonString(new() { Encoder = JsonText.Compact.Encoder }));
    }

    static ProcessedCrash Stored(string json) => new(CrashId.Create(DateTimeOffset.UtcNow), Encoding.UTF8.GetBytes(json));

    static JsonElement Read(ProcessedCrash crash) => JsonElement.Parse(crash.Json.Span);
}
