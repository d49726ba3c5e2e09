using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Socorro.Collecting;

/// <summary>
/// What Sentry's clients say about a crash: a JSON object named <c>sentry</c>, the same in pieces named <c>sentry__1</c>,
/// <c>sentry__2</c> … (Breakpad cuts long values), or annotations such as <c>sentry[release]</c>.
/// See https://docs.sentry.io/platforms/native/guides/minidumps/.
/// </summary>
static class SentryAnnotations
{
    const string Name = "sentry";

    /// <summary>Adds our names for release and environment where they are absent, and leaves out who the user was.</summary>
    public static void Map(Submission submission, string project)
    {
        var annotations = submission.Annotations;
        JoinPieces(annotations);
        var (release, environment) = ReadObject(submission);
        release ??= annotations.GetValueOrDefault("sentry[release]");
        environment ??= annotations.GetValueOrDefault("sentry[environment]");
        foreach (var name in annotations.Keys.Where(name => name.StartsWith("sentry[user]", StringComparison.Ordinal)).ToList())
        {
            annotations.Remove(name);
            submission.Note($"Removed {Submission.Excerpt(name)} from raw crash.");
        }

        if (environment is not null)
            annotations.TryAdd("ReleaseChannel", environment);
        AddRelease(annotations, release, project);
    }

    /// <summary>A release is a version, or a package and its version as in <c>my-app@1.2.3</c>.</summary>
    static void AddRelease(Dictionary<string, string> annotations, string? release, string project)
    {
        var at = release?.LastIndexOf('@') ?? -1;
        if (release is { Length: > 0 })
            annotations.TryAdd("Version", release[(at + 1)..]);
        if (at > 0)
            annotations.TryAdd("ProductName", release![..at]);
        if (project.Length > 0)
            annotations.TryAdd("ProductName", project);
    }

    static void JoinPieces(Dictionary<string, string> annotations)
    {
        var joined = new StringBuilder();
        for (var number = 1; annotations.Remove(string.Create(CultureInfo.InvariantCulture, $"{Name}__{number}"), out var piece); number++)
            joined.Append(piece);
        if (joined.Length > 0)
            annotations.TryAdd(Name, joined.ToString());
    }

    static (string? Release, string? Environment) ReadObject(Submission submission)
    {
        if (!submission.Annotations.TryGetValue(Name, out var json))
            return default;

        try
        {
            using var document = JsonDocument.Parse(JsonAnnotations.Mend(json));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return default;

            var members = document.RootElement.EnumerateObject().ToList();
            if (members.RemoveAll(member => member.NameEquals("user")) > 0)
            {
                submission.Annotations[Name] = $"{{{string.Join(',', members)}}}";
                submission.Note("Removed sentry.user from raw crash.");
            }

            return (FindText(members, "release"), FindText(members, "environment"));
        }
        catch (JsonException)
        {
            return default;
        }
    }

    static string? FindText(List<JsonProperty> members, string name) => members
        .Where(member => member.NameEquals(name) && member.Value.ValueKind == JsonValueKind.String)
        .Select(member => member.Value.GetString())
        .LastOrDefault();
}
