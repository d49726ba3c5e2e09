using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Socorro.Files;

namespace Socorro.Signatures.Lists;

/// <summary>How saving a list went.</summary>
public enum ListSaving
{
    Saved,

    /// <summary>Somebody else changed the list since the text was read; nothing was saved.</summary>
    ChangedMeanwhile,

    /// <summary>The text is what the list is already.</summary>
    Unchanged,
}

/// <summary>Changes the lists of a folder, checks them before, and remembers what they were. Threads may share it.</summary>
public sealed class ListEditor(ListFolder folder, TimeProvider time)
{
    /// <summary>Characters of a text that is taken; the longest list that people keep has a hundredth of it.</summary>
    public const int MaxLength = 1_000_000;

    readonly ListHistory _history = new(folder.Path);
    readonly Lock _lock = new();

    public ListFolder Folder => folder;

    /// <summary>The text of a list; empty when there is no such file.</summary>
    public string Read(ListName list) => File.Exists(PathOf(list)) ? File.ReadAllText(PathOf(list)) : "";

    /// <summary>Stands for a text when asking later whether a list still is what it was.</summary>
    public static string MarkOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    /// <summary>The revisions of a list, newest first; empty when nobody saved it yet.</summary>
    public IReadOnlyList<ListRevision> HistoryOf(ListName list) => _history.Of(list);

    /// <summary>The newest revision of each list that was ever saved.</summary>
    public IReadOnlyDictionary<ListName, ListRevision> FindNewest() =>
        _history.All.DistinctBy(revision => revision.List).ToDictionary(revision => revision.List);

    public ListRevision? FindRevision(int number) => _history.Find(number);

    /// <summary>What would be wrong, in this list or in those of a product that builds on it, if the text were saved.</summary>
    public IReadOnlyList<ListProblem> FindProblems(ListName list, string text)
    {
        if (text.Length > MaxLength)
            return [new(list.ToString(), 1, $"has more than {MaxLength} characters")];

        var problems = new List<ListProblem>();
        foreach (var product in ProductsOf(list))
        {
            try
            {
                _ = ListsWith(list, text, product);
            }
            catch (SignatureListException e)
            {
                problems.AddRange(e.Problems);
            }
        }

        return [.. problems.Distinct()];
    }

    /// <summary>The lists of a product as they would be with another text for one of them.</summary>
    /// <exception cref="SignatureListException">They can't be used.</exception>
    public SignatureLists ListsWith(ListName list, string text, string? product) =>
        SignatureLists.From(folder.LayersOf(product, list, text));

    /// <summary>The products whose signatures a list has a part in; null is for those without lists of their own.</summary>
    public IReadOnlyList<string?> ProductsOf(ListName list) =>
        list.Product is null ? [null, .. folder.Products] : [list.Product];

    /// <summary>Saves a text that was checked before.</summary>
    /// <param name="list">The list.</param>
    /// <param name="text">All of it.</param>
    /// <param name="mark">The <see cref="MarkOf"/> the text that the change was made from.</param>
    /// <param name="by">Who saves it.</param>
    /// <param name="comment">Why.</param>
    /// <exception cref="IOException">It can't be written; the list is what it was.</exception>
    public ListSaving Save(ListName list, string text, string mark, string by, string comment)
    {
        lock (_lock)
        {
            var found = Read(list);
            if (MarkOf(found) != mark)
                return ListSaving.ChangedMeanwhile;
            if (found == text)
                return ListSaving.Unchanged;

            DirectorySync.Create(folder.FolderOf(list.Product), isPrivate: false);
            var last = _history.Of(list);
            if (found.Length > 0 && (last is [] || last[0].Text != found))
                Keep(list, found, "", "as it was found on disk");

            // What happened is written first: a revision that did not come into force can be seen and saved again.
            var revision = Keep(list, text, by, comment);
            AtomicFile.Write(PathOf(list), Encoding.UTF8.GetBytes(text));
            var version = string.Create(CultureInfo.InvariantCulture, $"revision {revision.Number} of {revision.At:yyyy-MM-dd}\n");
            AtomicFile.Write(Path.Combine(folder.FolderOf(list.Product), Layer.Revision), Encoding.UTF8.GetBytes(version));
            return ListSaving.Saved;
        }
    }

    ListRevision Keep(ListName list, string text, string by, string comment) => _history.Add(new()
    {
        Number = 0,
        List = list,
        Text = text,
        At = time.GetUtcNow(),
        By = by,
        Comment = comment,
    });

    string PathOf(ListName list) => list.IsValid
        ? Path.Combine(folder.FolderOf(list.Product), list.FileName)
        : throw new ArgumentException($"There can be no list {list}", nameof(list));
}
