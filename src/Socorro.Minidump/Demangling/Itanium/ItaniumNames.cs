namespace Socorro.Minidumps.Demangling.Itanium;

// Names: within scopes, of templates, of operators, of what has no name.
sealed partial class ItaniumReader
{
    Node? ReadName(NameState state)
    {
        if (++_depth > MaxDepth)
            return null;

        var node = Peek() switch
        {
            'N' => ReadNestedName(state),
            'Z' => ReadLocalName(state),
            _ => ReadUnscopedName(state),
        };
        _depth--;
        return node is { Height: <= MaxHeight } ? node : null;
    }

    Node? ReadUnscopedName(NameState state)
    {
        Node? name;
        if (Peek() == 'S' && Peek(1) != 't')
        {
            name = ReadSubstitution();
            if (Peek() != 'I')
                return name;
        }
        else
        {
            var isStandard = Take("St");
            name = ReadUnqualifiedName(state);
            if (name is not null && isStandard)
                name = new Qualified(new Text("std"), name);
            if (Peek() == 'I' && Remember(name) is null)
                return null;
        }

        return Peek() == 'I' ? ReadTemplated(name, state) : name;
    }

    Templated? ReadTemplated(Node? name, NameState state)
    {
        if (name is null || ReadTemplateArguments() is not { } arguments)
            return null;

        state.HasArguments = true;
        state.Arguments = arguments.Parameters;
        return new Templated(name, arguments);
    }

    Node? ReadNestedName(NameState state)
    {
        _at++;
        state.Qualifiers = ReadQualifiers() + (Take('R') ? " &" : Take('O') ? " &&" : "");
        Node? scope = null;
        while (!Take('E'))
        {
            // The initialiser of a member of a class.
            if (Take('M'))
            {
                if (scope is null)
                    return null;
                continue;
            }

            var isStandard = Peek() == 'S' && Peek(1) == 't';
            var isSubstitution = Peek() == 'S' && !isStandard;
            var isArguments = Peek() == 'I';
            var next = Peek() switch
            {
                'I' => ReadTemplated(scope, state),
                'S' when isSubstitution => scope is null ? ReadSubstitution() : null,
                'S' => scope is null && Take("St") ? new Text("std") : null,
                'T' => scope is null ? ReadTemplateParameter() : null,
                'D' when scope is null && Peek(1) is 't' or 'T' => ReadDecltype(),
                'C' or 'D' when scope is not null && Peek(1) != 'C' => ReadConstructor(ref scope, state),
                _ => ReadUnqualifiedName(state),
            };
            if (next is null)
                return null;

            if (!isArguments)
                state.HasArguments = false;
            scope = isArguments || scope is null ? next : new Qualified(scope, next);
            if (!isSubstitution && !isStandard && Peek() != 'E' && Remember(scope) is null)
                return null;
        }

        return scope;
    }

    Node? ReadConstructor(ref Node? scope, NameState state)
    {
        var isDestructor = Take('D');
        if (!isDestructor)
            _at++;
        var inherits = !isDestructor && Take('I');
        if (!IsAtDigit)
            return null;

        _at++;
        var name = (isDestructor ? "~" : "") + scope!.BaseName; // the caller has seen that there is one
        scope = scope.Expanded;
        state.HasNoResult = true;
        if (inherits && ReadType() is null)
            return null;

        return ReadTags(new Text(name));
    }

    Node? ReadUnqualifiedName(NameState state)
    {
        Take('L');
        var name = Peek() switch
        {
            'U' when Peek(1) == 't' => ReadUnnamed(),
            'U' when Peek(1) == 'l' => ReadClosure(),
            'D' when Peek(1) == 'C' => ReadBinding(),
            >= '0' and <= '9' => ReadSourceName(),
            _ => ReadOperatorName(state),
        };
        return name is null ? null : ReadTags(name);
    }

    Node? ReadTags(Node name)
    {
        while (Take('B'))
        {
            if (ReadIdentifier() is not { } tag)
                return null;
            name = new Tagged(name, tag);
        }

        return name;
    }

    string? ReadIdentifier()
    {
        var length = ReadNumber();
        if (length <= 0 || length > text.Length - _at)
            return null;

        _at += length;
        return text.Substring(_at - length, length);
    }

    Text? ReadSourceName()
    {
        if (ReadIdentifier() is not { } name)
            return null;

        var isAnonymous = name.StartsWith("_GLOBAL_", StringComparison.Ordinal) && name.Length > 9 && name[8] is '.' or '_' or '$' && name[9] == 'N';
        return new Text(isAnonymous ? "(anonymous namespace)" : name);
    }

    // The names of a structured binding.
    Text? ReadBinding()
    {
        _at += 2;
        var names = new List<string>();
        while (!Take('E'))
        {
            if (ReadIdentifier() is not { } name)
                return null;
            names.Add(name);
        }

        return new Text($"[{string.Join(", ", names)}]");
    }

    Nameless? ReadUnnamed()
    {
        _at += 2;
        var number = ReadIndex();
        return number < 0 ? null : new Nameless($"{{unnamed type#{number + 1}}}");
    }

    Closure? ReadClosure()
    {
        _at += 2;
        var parameters = new List<Node>();
        if (!Take('v'))
        {
            while (Peek() != 'E')
            {
                if (ReadType() is not { } parameter)
                    return null;
                parameters.Add(parameter);
            }
        }

        if (!Take('E'))
            return null;

        var number = ReadIndex();
        return number < 0 ? null : new Closure(parameters, number + 1);
    }

    Node? ReadOperatorName(NameState state)
    {
        if (Take("cv"))
            return ReadConversion(state);
        if (Take("li"))
            return ReadIdentifier() is { } suffix ? new Text($"operator\"\" {suffix}") : null;
        if (Peek() == 'v' && char.IsAsciiDigit(Peek(1)))
        {
            _at += 2;
            return ReadIdentifier() is { } vendor ? new Text($"operator {vendor}") : null;
        }

        if (_at + 2 > text.Length || !ItaniumTable.Operators.TryGetValue(text.Substring(_at, 2), out var code))
            return null;

        _at += 2;
        var name = code.Text.TrimEnd();
        return new Text(char.IsAsciiLetter(name[0]) ? $"operator {name}" : $"operator{name}");
    }

    Special? ReadConversion(NameState state)
    {
        var before = _isConversion;
        _isConversion = true;
        var type = ReadType();
        _isConversion = before;
        state.HasNoResult = true;
        return type is null ? null : new Special("operator ", type);
    }

    Qualified? ReadLocalName(NameState state)
    {
        _at++;
        if (ReadEncoding() is not { } function || !Take('E'))
            return null;

        if (function is Function known)
            function = known.WithoutResult;
        if (Take('s'))
            return SkipDiscriminator() ? new Qualified(function, new Text("string literal")) : null;

        if (Take('d'))
        {
            var number = ReadIndex();
            return number >= 0 && ReadName(state) is { } inDefault
                ? new Qualified(function, new Qualified(new Text($"{{default arg#{number + 1}}}"), inDefault))
                : null;
        }

        return ReadName(state) is { } entity && SkipDiscriminator() ? new Qualified(function, entity) : null;
    }

    // Which of several of one name in a function it is.
    bool SkipDiscriminator()
    {
        if (Take("__"))
            return ReadNumber() >= 0 && Take('_');
        if (Peek() == '_' && char.IsAsciiDigit(Peek(1)))
            _at += 2;
        return true;
    }

    /// <summary>A number to the base of 36 before an underscore, counted from 0 when it is left out; −1 when it is none.</summary>
    int ReadSequenceNumber()
    {
        const int largest = 1 << 20;
        if (Take('_'))
            return 0;

        var number = 0;
        for (; char.IsAsciiDigit(Peek()) || char.IsAsciiLetterUpper(Peek()); _at++)
        {
            number = number * 36 + (IsAtDigit ? Peek() - '0' : Peek() - 'A' + 10);
            if (number > largest)
                return -1;
        }

        return Take('_') ? number + 1 : -1;
    }

    Node? ReadSubstitution()
    {
        if (!char.IsAsciiLetterLower(Peek(1)))
        {
            _at++;
            var number = ReadSequenceNumber();
            return number >= 0 && number < _substitutions.Count ? _substitutions[number] : null;
        }

        if (_at + 2 > text.Length || !ItaniumTable.Abbreviations.TryGetValue(text.Substring(_at, 2), out var code))
            return null;

        _at += 2;
        Node node = new Abbreviation(code);
        if (Peek() != 'B')
            return node;

        return Remember(ReadTags(node));
    }
}
