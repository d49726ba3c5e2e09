namespace Socorro.Signatures.Lists;

/// <summary>
/// Tells whether a text begins with something that one of many expressions describes, reading each character once. States are
/// sets of places in the expressions, made when a text first leads to them and kept for the next; threads may share one.
/// </summary>
sealed class PatternAutomaton
{
    /// <summary>Beyond this the automaton forgets its states, so that no text can fill the memory with them.</summary>
    const int MaxStates = 4_000;

    /// <summary>An automaton larger than this is for the framework's engine.</summary>
    const int MaxSteps = 60_000;

    readonly List<Step> _steps = [];
    readonly int[] _starts;
    readonly Dictionary<string, State> _states = [];
    readonly Lock _lock = new();
    State _start;

    public PatternAutomaton(IEnumerable<Pattern> patterns)
    {
        var accept = Add(new(StepKind.Accept));
        _starts = [.. patterns.Select(pattern => Emit(pattern, accept))];
        _start = StateOf(_starts);
    }

    enum StepKind
    {
        Read,
        Fork,
        End,
        Accept,
    }

    public bool Matches(ReadOnlySpan<char> text)
    {
        var state = _start;
        for (var i = 0; i < text.Length; i++)
        {
            if (state.IsAccepting || (state.AcceptsAtEnd && i == text.Length - 1 && text[i] == '\n'))
                return true;

            if (state.IsDead)
                return false;

            var c = text[i];
            state = (c < State.Characters ? state.Next[c] : null) ?? Move(state, c);
        }

        return state.IsAccepting || state.AcceptsAtEnd;
    }

    /// <summary>Adds the steps of a pattern in front of those that follow it, and returns where it starts.</summary>
    int Emit(Pattern pattern, int next) => pattern switch
    {
        Pattern.Character character => Add(new(StepKind.Read, next, Set: character.Set)),
        Pattern.End => Add(new(StepKind.End, next)),
        Pattern.Sequence sequence => sequence.Parts.Reverse().Aggregate(next, (after, part) => Emit(part, after)),
        Pattern.Choice choice => choice.Alternatives.Select(alternative => Emit(alternative, next))
            .Aggregate((first, second) => Add(new(StepKind.Fork, first, second))),
        Pattern.Repetition repetition => EmitRepetition(repetition, next),
        _ => throw new ArgumentOutOfRangeException(nameof(pattern), pattern, "no such pattern"),
    };

    int EmitRepetition(Pattern.Repetition repetition, int next)
    {
        if (repetition.Max < 0)
        {
            var loop = Add(new(StepKind.Fork, next));
            _steps[loop] = new(StepKind.Fork, Emit(repetition.Body, loop), next);
            next = loop;
        }

        for (var i = repetition.Min; i < repetition.Max; i++)
            next = Add(new(StepKind.Fork, Emit(repetition.Body, next), next));

        for (var i = 0; i < repetition.Min; i++)
            next = Emit(repetition.Body, next);

        return next;
    }

    int Add(Step step)
    {
        if (_steps.Count == MaxSteps)
            throw new NotSupportedException($"the expressions make an automaton of more than {MaxSteps} steps");

        _steps.Add(step);
        return _steps.Count - 1;
    }

    State Move(State state, char c)
    {
        lock (_lock)
        {
            if (_states.Count > MaxStates)
            {
                _states.Clear();
                _start = StateOf(_starts);
            }

            var next = StateOf(
                from step in state.Steps
                where _steps[step] is { Kind: StepKind.Read } read && read.Set!.Contains(c)
                select _steps[step].Next);
            if (c < State.Characters)
                state.Next[c] = next;

            return next;
        }
    }

    State StateOf(IEnumerable<int> places)
    {
        var (steps, isAccepting) = Close(places, isAtEnd: false);
        // Step numbers fit into characters, and texts are keys.
        var key = string.Create(steps.Count + 1, (steps, isAccepting), static (span, state) =>
        {
            span[0] = state.isAccepting ? '1' : '0';
            for (var i = 0; i < state.steps.Count; i++)
                span[i + 1] = (char)state.steps[i];
        });
        if (_states.TryGetValue(key, out var known))
            return known;

        var ends = steps.Where(step => _steps[step].Kind == StepKind.End);
        return _states[key] = new([.. steps], isAccepting, Close(ends, isAtEnd: true).IsAccepting);
    }

    /// <summary>All steps that are reached without reading, in order.</summary>
    (List<int> Steps, bool IsAccepting) Close(IEnumerable<int> places, bool isAtEnd)
    {
        var reached = new HashSet<int>();
        var open = new Stack<int>(places);
        var isAccepting = false;
        while (open.TryPop(out var place))
        {
            if (!reached.Add(place))
                continue;

            var step = _steps[place];
            isAccepting |= step.Kind == StepKind.Accept;
            if (step.Kind == StepKind.Fork || (step.Kind == StepKind.End && isAtEnd))
                open.Push(step.Next);

            if (step is { Kind: StepKind.Fork, Other: >= 0 })
                open.Push(step.Other);
        }

        var steps = reached.Where(place => _steps[place].Kind is StepKind.Read or StepKind.End).ToList();
        steps.Sort();
        return (steps, isAccepting);
    }

    readonly record struct Step(StepKind Kind, int Next = -1, int Other = -1, CharSet? Set = null);

    sealed class State(int[] steps, bool isAccepting, bool acceptsAtEnd)
    {
        /// <summary>For these the next state is remembered; those beyond ASCII are rare.</summary>
        public const int Characters = 128;

        public readonly State?[] Next = new State?[Characters];

        public int[] Steps => steps;

        public bool IsAccepting => isAccepting;

        public bool AcceptsAtEnd => acceptsAtEnd;

        public bool IsDead => steps.Length == 0;
    }
}
