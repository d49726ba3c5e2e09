namespace Socorro.Collecting;

/// <summary>Sends dumps to a collector, ours or another's.</summary>
/// <param name="http">Its timeout must allow for the largest dump.</param>
/// <param name="address">Where to post.</param>
/// <param name="annotations">Sent with every dump.</param>
/// <param name="isCompressed">Whether bodies are sent with gzip.</param>
sealed class Submitter(
    HttpClient http, Uri address, IReadOnlyList<KeyValuePair<string, string>> annotations, bool isCompressed)
{
    const string Accepted = "CrashID=bp-";

    /// <summary>The address to post to at a server; one that has a path is taken as it is.</summary>
    public static Uri FindAddress(Uri server) => server.AbsolutePath == "/" ? new(server, "/submit") : server;

    /// <summary>Sends one dump and returns what the collector said.</summary>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    public async Task<Submitted> SendAsync(string file, CancellationToken cancel)
    {
        using var content = new SubmissionContent(file, annotations, isCompressed);
        using var reply = await http.PostAsync(address, content, cancel);
        var text = (await reply.Content.ReadAsStringAsync(cancel)).Trim();
        if (reply.IsSuccessStatusCode && text.StartsWith(Accepted, StringComparison.Ordinal))
        {
            var id = text[Accepted.Length..];
            return new Submitted.Kept(id, new(address, $"report/index/{id}"));
        }

        return new Submitted.NotKept(text.Length > 0 ? text : $"{(int)reply.StatusCode} {reply.ReasonPhrase}");
    }
}

/// <summary>What became of a dump that was sent.</summary>
abstract record Submitted
{
    public sealed record Kept(string Id, Uri Report) : Submitted;

    public sealed record NotKept(string Reason) : Submitted;
}
