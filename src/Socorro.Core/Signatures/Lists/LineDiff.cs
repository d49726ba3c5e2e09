namespace Socorro.Signatures.Lists;

public enum LineChange
{
    Kept,
    Removed,
    Added,
}

/// <summary>One line of the way from an old text to a new one.</summary>
public readonly record struct ChangedLine(LineChange Change, string Text);

/// <summary>Compares texts line by line.</summary>
public static class LineDiff
{
    /// <summary>Beyond this many pairs of differing lines, the old ones are shown as removed and the new ones as added.</summary>
    const int MaxCells = 4_000_000;

    public static IReadOnlyList<ChangedLine> Of(string before, string after)
    {
        var (old, now) = (LinesOf(before), LinesOf(after));
        var start = old.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();
        var most = Math.Min(old.Length, now.Length) - start;
        var end = old.Reverse().Zip(now.Reverse()).Take(most).TakeWhile(pair => pair.First == pair.Second).Count();
        return
        [
            .. old[..start].Select(line => new ChangedLine(LineChange.Kept, line)),
            .. Middle(old[start..^end], now[start..^end]),
            .. old[^end..].Select(line => new ChangedLine(LineChange.Kept, line)),
        ];
    }

    /// <summary>By the longest common sequence.</summary>
    static List<ChangedLine> Middle(string[] old, string[] now)
    {
        var result = new List<ChangedLine>();
        var (i, j) = (0, 0);
        if ((long)old.Length * now.Length <= MaxCells)
        {
            var common = new int[old.Length + 1, now.Length + 1];
            for (var o = old.Length - 1; o >= 0; o--)
            {
                for (var n = now.Length - 1; n >= 0; n--)
                    common[o, n] = old[o] == now[n] ? common[o + 1, n + 1] + 1 : Math.Max(common[o + 1, n], common[o, n + 1]);
            }

            while (i < old.Length && j < now.Length)
            {
                if (old[i] == now[j])
                {
                    Add(LineChange.Kept, old[i++]);
                    j++;
                }
                else if (common[i + 1, j] >= common[i, j + 1])
                {
                    Add(LineChange.Removed, old[i++]);
                }
                else
                {
                    Add(LineChange.Added, now[j++]);
                }
            }
        }

        while (i < old.Length)
            Add(LineChange.Removed, old[i++]);
        while (j < now.Length)
            Add(LineChange.Added, now[j++]);
        return result;

        void Add(LineChange change, string text) => result.Add(new(change, text));
    }

    static string[] LinesOf(string text) => text.Length == 0 ? [] : text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}
