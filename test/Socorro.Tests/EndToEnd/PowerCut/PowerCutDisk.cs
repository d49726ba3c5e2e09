using System.Buffers.Binary;
using System.Text;

namespace Socorro.Tests.EndToEnd.PowerCut;

/// <summary>What survives of the writes that were never synced.</summary>
enum Unsynced
{
    /// <summary>Nothing: the disk kept what it was told to, and no more.</summary>
    Lost,

    /// <summary>Any sectors of 512 bytes, in any order: writes are torn, later ones there without earlier ones.</summary>
    Torn,

    /// <summary>Everything, as when only the process dies.</summary>
    Kept,
}

/// <summary>
/// A folder as a power cut leaves it: what was there, and what of the log of <c>powercut.c</c> would be on the disk. Bytes
/// are durable when their file was synced; names when their folder was. Of the names' changes in one folder since then,
/// the first so many survive, as a journal keeps them.
/// </summary>
sealed class PowerCutDisk(Unsynced unsynced, Random random)
{
    const int HeaderLength = 24;
    const int Sector = 512;

    enum Op : uint
    {
        Open = 1, Create, Write, Truncate, Sync, Rename, Unlink, MakeFolder, RemoveFolder, SyncFolder, Link, Unknown,
    }

    readonly Dictionary<string, Node> _seen = [];
    readonly Dictionary<string, Node> _durable = [];
    readonly Dictionary<string, List<Action>> _pending = [];
    readonly Dictionary<ulong, Node> _byInode = [];

    /// <summary>Syncs that the log tells of.</summary>
    public int Syncs { get; private set; }

    /// <summary>Takes a folder as it lies on the disk, all of it durable.</summary>
    /// <param name="folder">A copy of the folder, from before the log.</param>
    /// <param name="root">The path that the log knows it by.</param>
    public void Load(string folder, string root)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
        {
            var name = root + path[folder.Length..];
            var node = Directory.Exists(path) ? new Node() : new Node { Bytes = File.ReadAllBytes(path) };
            _seen[name] = _durable[name] = node;
        }
    }

    /// <summary>Reads the log up to its end, or to the record that the kill cut short.</summary>
    public void Replay(string log)
    {
        var bytes = File.Exists(log) ? File.ReadAllBytes(log).AsMemory() : default;
        while (bytes.Length >= HeaderLength)
        {
            var header = bytes.Span;
            var op = (Op)BinaryPrimitives.ReadUInt32LittleEndian(header);
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
            if (bytes.Length < HeaderLength + length)
                return;

            Apply(
                op,
                BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
                bytes.Slice(HeaderLength, length));
            bytes = bytes[(HeaderLength + length)..];
        }
    }

    /// <summary>Writes the folder as it is after the cut.</summary>
    public void Cut(string root)
    {
        foreach (var changes in _pending.Values)
        {
            foreach (var change in changes.Take(Survivors(changes.Count)))
                change();
        }

        Directory.Delete(root, recursive: true);
        Directory.CreateDirectory(root);
        foreach (var (path, node) in _durable.OrderBy(one => one.Key.Length))
        {
            // A file in a folder whose own name was lost is lost with it.
            if (!Directory.Exists(Path.GetDirectoryName(path)))
                continue;
            if (node.Bytes is null)
                Directory.CreateDirectory(path);
            else
                File.WriteAllBytes(path, node.Cut(unsynced, random));
        }
    }

    int Survivors(int changes) => unsynced switch
    {
        Unsynced.Lost => 0,
        Unsynced.Kept => changes,
        _ => random.Next(changes + 1),
    };

    void Apply(Op op, ulong inode, long at, ReadOnlyMemory<byte> payload)
    {
        switch (op)
        {
            case Op.Open:
                _byInode[inode] = _seen[Text(payload)];
                break;
            case Op.Create:
                var created = new Node { Bytes = [] };
                _byInode[inode] = created;
                Name(Text(payload), created);
                break;
            case Op.Write:
                _byInode[inode].Pending.Add(new(at, payload));
                break;
            case Op.Truncate:
                _byInode[inode].Pending.Add(new(at, null));
                break;
            case Op.Sync:
                Syncs++;
                _byInode[inode].Sync();
                break;
            case Op.MakeFolder:
                Name(Text(payload), new());
                break;
            case Op.Link:
                var (target, link) = Pair(payload);
                Name(link, _seen[target]);
                break;
            case Op.Rename:
                var (from, to) = Pair(payload);
                Rename(from, to);
                break;
            case Op.Unlink or Op.RemoveFolder:
                var gone = Text(payload);
                _seen.Remove(gone);
                Change(gone, () => _durable.Remove(gone));
                break;
            case Op.SyncFolder:
                Syncs++;
                SyncFolder(Text(payload));
                break;
            default:
                throw new InvalidDataException($"The server changed a file by {Text(payload)}, which is not written down");
        }
    }

    void Name(string path, Node node)
    {
        _seen[path] = node;
        Change(path, () => _durable[path] = node);
    }

    void Rename(string from, string to)
    {
        _seen.Remove(from, out var node);
        _seen[to] = node!;
        Change(to, () =>
        {
            _durable.Remove(from);
            _durable[to] = node!;
        });
    }

    void Change(string path, Action change)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (!_pending.TryGetValue(folder, out var changes))
            _pending.Add(folder, changes = []);
        changes.Add(change);
    }

    void SyncFolder(string folder)
    {
        if (!_pending.Remove(folder.TrimEnd('/'), out var changes))
            return;
        foreach (var change in changes)
            change();
    }

    static string Text(ReadOnlyMemory<byte> payload) => Encoding.UTF8.GetString(payload.Span);

    static (string From, string To) Pair(ReadOnlyMemory<byte> payload) =>
        Text(payload).Split('\0') is [var from, var to] ? (from, to) : throw new InvalidDataException("A rename has two paths");

    /// <summary>A write at a place, or when it has no bytes, the size that the file is cut or extended to.</summary>
    readonly record struct FileChange(long At, ReadOnlyMemory<byte>? Bytes);

    /// <summary>A file, or a folder when it has no bytes.</summary>
    sealed class Node
    {
        byte[] _content = [];
        int _length;

        /// <summary>What was durable at first.</summary>
        public byte[]? Bytes
        {
            get;
            init
            {
                field = value;
                _content = value ?? [];
                _length = _content.Length;
            }
        }

        /// <summary>What was done since the file was synced.</summary>
        public List<FileChange> Pending { get; } = [];

        public void Sync()
        {
            Pending.ForEach(Apply);
            Pending.Clear();
        }

        public byte[] Cut(Unsynced unsynced, Random random)
        {
            foreach (var change in unsynced == Unsynced.Lost ? [] : Pending)
            {
                if (unsynced == Unsynced.Kept)
                    Apply(change);
                else if (change.Bytes is { } bytes)
                    Tear(change.At, bytes, random);
                else if (random.Next(2) == 0)
                    Apply(change);
            }

            return _content[.._length];
        }

        void Tear(long at, ReadOnlyMemory<byte> bytes, Random random)
        {
            while (!bytes.IsEmpty)
            {
                var length = Math.Min(bytes.Length, Sector - (int)(at % Sector));
                if (random.Next(2) == 0)
                    Apply(new(at, bytes[..length]));
                at += length;
                bytes = bytes[length..];
            }
        }

        void Apply(FileChange change)
        {
            var end = (int)(change.At + (change.Bytes?.Length ?? 0));
            if (end > _content.Length)
                Array.Resize(ref _content, Math.Max(end, _content.Length * 2));

            if (change.Bytes is { } bytes)
            {
                bytes.Span.CopyTo(_content.AsSpan((int)change.At));
                _length = Math.Max(_length, end);
            }
            else
            {
                _content.AsSpan(Math.Min(end, _length)..).Clear();
                _length = end;
            }
        }
    }
}
