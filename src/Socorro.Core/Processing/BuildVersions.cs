using System.Text.Json;
using Microsoft.Extensions.Logging;
using Socorro.Configuration;

namespace Socorro.Processing;

/// <summary>Finds the real version of a build that its release train calls by the next release's number.</summary>
/// <returns>Such as 3.0b1; null when the build is not known.</returns>
public delegate string? VersionLookup(string product, string channel, string build);

/// <summary>
/// Versions that an operator lists in a file, by product, channel and build id. It is read again when it changes: releases come
/// more often than restarts.
/// </summary>
public sealed partial class BuildVersions
{
    static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    readonly WatchedFile<Dictionary<Build, string>> _file;

    /// <exception cref="FormatException">The file can't be used; the message has a line for each error.</exception>
    public BuildVersions(string file, TimeProvider time, ILogger<BuildVersions> log) => _file = new(file, Read, time)
    {
        Replaced = versions => LogReplaced(log, file, versions.Count),
        Refused = errors => LogErrors(log, file, string.Join("; ", errors)),
    };

    /// <summary>Where no file is given.</summary>
    public static VersionLookup None { get; } = (_, _, _) => null;

    public string? Find(string product, string channel, string build) =>
        _file.Current.GetValueOrDefault(new(product, channel, build));

    static (Dictionary<Build, string>? Versions, IReadOnlyList<string> Errors) Read(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            var errors = new List<string>();
            var versions = new Dictionary<Build, string>();
            var products = new JsonNodeReader(document.RootElement, "", errors);
            foreach (var product in products.ReadMembers())
                ReadProduct(product.Name, products.Find(product.Name)!, versions); // It has just been listed.

            return (errors.Count == 0 ? versions : null, errors);
        }
        catch (JsonException e)
        {
            return (null, [$"line {e.LineNumber + 1}: is not JSON"]);
        }
    }

    static void ReadProduct(string product, JsonNodeReader channels, Dictionary<Build, string> versions)
    {
        foreach (var channel in channels.ReadMembers())
        {
            var builds = channels.Find(channel.Name)!;
            foreach (var build in builds.ReadMembers())
                versions[new(product, channel.Name, build.Name)] = builds.ReadText(build.Name);
        }
    }

    [LoggerMessage(LogLevel.Information, "The versions of {File} are in force, for {Count} builds")]
    static partial void LogReplaced(ILogger log, string file, int count);

    [LoggerMessage(LogLevel.Error, "{File} changed and can't be used; the versions stay as they were: {Errors}")]
    static partial void LogErrors(ILogger log, string file, string errors);

    sealed record Build(string Product, string Channel, string Id);
}
