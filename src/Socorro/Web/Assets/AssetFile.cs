using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Socorro.Web.Assets;

/// <summary>
/// A file that pages load. It is embedded in the executable, so that the working directory does not matter, and its
/// address carries its hash, so that browsers may keep it for ever.
/// </summary>
public sealed class AssetFile
{
    static readonly FrozenDictionary<string, AssetFile> All =
        new[] { Read("site.css", "text/css"), Read("site.js", "text/javascript"), Read("favicon.svg", "image/svg+xml") }
            .ToFrozenDictionary(file => file._name);

    readonly string _name;
    readonly string _contentType;
    readonly byte[] _content;
    readonly string _hash;

    AssetFile(string name, string contentType, byte[] content)
    {
        _name = name;
        _contentType = contentType;
        _content = content;
        _hash = Convert.ToHexStringLower(SHA256.HashData(content))[..12];
    }

    /// <summary>The address of a file for use in a page.</summary>
    public static string Url(string name) => $"/assets/{name}?v={All[name]._hash}";

    /// <summary>Answers a request for a file.</summary>
    public static IResult Send(string name, string? v = null) =>
        All.TryGetValue(name, out var file) ? file.Answer(isPinned: v == file._hash) : TypedResults.NotFound();

    CachedResult Answer(bool isPinned) => new CachedResult(
        isPinned ? "public, max-age=31536000, immutable" : "no-cache",
        TypedResults.Bytes(_content, _contentType, entityTag: new EntityTagHeaderValue($"\"{_hash}\"")));

    static AssetFile Read(string name, string contentType)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"assets/{name}")
            ?? throw new InvalidOperationException($"asset {name} is not embedded");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new(name, contentType, content);
    }

    sealed record CachedResult(string CacheControl, IResult Inner) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.CacheControl = CacheControl;
            return Inner.ExecuteAsync(httpContext);
        }
    }
}
