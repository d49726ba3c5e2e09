using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Socorro.Collecting;

/// <summary>What a client is told about its submission. The texts are what crash reporters look for.</summary>
abstract record Answer(int Status)
{
    /// <summary>It is durable and will be processed.</summary>
    /// <param name="Id">The crash id, or one that only looks like it for a client that must believe so.</param>
    public sealed record Accepted(string Id) : Answer(StatusCodes.Status200OK);

    /// <summary>It was not kept, and sending it again won't change that.</summary>
    public sealed record Discarded(int Status, string Reason) : Answer(Status);

    /// <summary>It could not be kept now; the client had better try again later.</summary>
    public sealed record Refused(int Status, string Reason, TimeSpan RetryAfter) : Answer(Status);

    public static Answer Malformed(string reason, int status = StatusCodes.Status400BadRequest) =>
        new Discarded(status, $"malformed_{reason}");

    public static Answer Busy(string reason) =>
        new Refused(StatusCodes.Status503ServiceUnavailable, reason, TimeSpan.FromSeconds(60));

    public string ToText() => this switch
    {
        Accepted(var id) => $"CrashID=bp-{id}\n",
        Discarded(_, var reason) => $"Discarded={reason}",
        _ => "",
    };

    public string ToJson() => JsonSerializer.Serialize(this switch
    {
        Accepted(var id) => new Dictionary<string, string> { ["crash_id"] = id },
        Discarded(_, var reason) => new() { ["discarded"] = reason },
        // The reason is for the log: it may speak of this machine.
        Refused(var status, _, _) => new() { ["refused"] = ReasonPhrases.GetReasonPhrase(status) },
        _ => throw new InvalidOperationException($"no JSON for {this}"),
    });
}
