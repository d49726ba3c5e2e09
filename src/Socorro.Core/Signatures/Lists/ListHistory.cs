using System.Globalization;
using System.Text.Json;
using Socorro.Files;

namespace Socorro.Signatures.Lists;

/// <summary>
/// What lists were before, in a sub-folder <c>.history</c> beside them: a JSON file for each revision, never changed.
/// </summary>
sealed class ListHistory(string folder)
{
    const string Pattern = "*.json";

    static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    readonly string _folder = Path.Combine(folder, ".history");

    /// <summary>The revisions of all lists, newest first.</summary>
    public IEnumerable<ListRevision> All => Numbers().OrderDescending().Select(Find).OfType<ListRevision>();

    /// <summary>The revisions of a list, newest first.</summary>
    public IReadOnlyList<ListRevision> Of(ListName list) => [.. All.Where(revision => revision.List == list)];

    /// <summary>Null when there is none of that number, or it is damaged.</summary>
    public ListRevision? Find(int number)
    {
        try
        {
            var file = FileOf(number);
            return File.Exists(file) ? JsonSerializer.Deserialize<ListRevision>(File.ReadAllBytes(file)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps a revision under the next number.</summary>
    public ListRevision Add(ListRevision revision)
    {
        DirectorySync.Create(_folder, isPrivate: false);
        var numbered = revision with { Number = Numbers().DefaultIfEmpty(0).Max() + 1 };
        AtomicFile.Write(FileOf(numbered.Number), JsonSerializer.SerializeToUtf8Bytes(numbered, Json));
        return numbered;
    }

    string FileOf(int number) => Path.Combine(_folder, $"{number.ToString("D6", CultureInfo.InvariantCulture)}.json");

    IEnumerable<int> Numbers() => !Directory.Exists(_folder)
        ? []
        : Directory.EnumerateFiles(_folder, Pattern)
            .Select(file => int.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(number => number > 0);
}
