using System.Text.Json;

namespace Socorro.Collecting;

/// <summary>
/// What sentry-native sends beside a minidump that Crashpad made: its event and its breadcrumbs, as MessagePack in attachments of
/// these names. They are read into annotations, and stay attachments too.
/// </summary>
static class SentryAttachments
{
    /// <summary>An event of any size that the client's own limits allow.</summary>
    public const int MaxBytes = 1 << 20;

    const string Event = "__sentry-event";

    // The client writes to two files in turn, so that what is old can be dropped.
    static readonly string[] Breadcrumbs = ["__sentry-breadcrumb1", "__sentry-breadcrumb2"];

    public static bool IsOne(string partName) => partName == Event || Breadcrumbs.Contains(partName);

    /// <summary>Adds what the submission's own annotations do not say already.</summary>
    public static void AddTo(Submission submission)
    {
        var annotations = submission.Annotations;
        if (submission.SentryParts.TryGetValue(Event, out var bytes))
        {
            if (MessagePackReader.ReadObjects(bytes) is not [var json, ..])
                submission.Note($"{Event} can't be read");
            else if (!annotations.Keys.Any(name => name.StartsWith("sentry", StringComparison.Ordinal)))
                annotations.Add("sentry", json);
        }

        var crumbs = Breadcrumbs.SelectMany(name => MessagePackReader.ReadObjects(submission.SentryParts.GetValueOrDefault(name)))
            .OrderBy(TimeOf, StringComparer.Ordinal)
            .ToList();
        if (crumbs.Count > 0)
            annotations.TryAdd("Breadcrumbs", $"[{string.Join(',', crumbs)}]");
    }

    static string TimeOf(string crumb) =>
        JsonElement.Parse(crumb).TryGetProperty("timestamp", out var time) ? time.ToString() : "";
}
