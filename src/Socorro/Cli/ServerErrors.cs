using System.Text.Json;
using Socorro.Web;

namespace Socorro.Cli;

/// <summary>Reads what a server says is wrong, for people.</summary>
static class ServerErrors
{
    const int MaxShown = 1_000;

    public static async Task<string> ReadAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        var text = await answer.Content.ReadAsStringAsync(cancel);
        try
        {
            var json = JsonElement.Parse(text);
            if (json.Text("error") is { Length: > 0 } error)
                return error;

            if (json.Member("errors") is { ValueKind: JsonValueKind.Object } errors)
            {
                return string.Join('\n', errors.EnumerateObject().SelectMany(
                    parameter => errors.Entries(parameter.Name).Select(one => $"{parameter.Name}: {one.AsText()}")));
            }
        }
        catch (JsonException)
        {
            // Another program answers there, or a proxy.
        }

        return $"the server answered {(int)answer.StatusCode}: {Wording.Clip(text.Trim(), MaxShown)}";
    }
}
