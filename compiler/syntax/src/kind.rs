//! The kinds of tokens and nodes of the syntax tree. A node kind has the name of its rule in `flow.pest`.

macro_rules! syntax_kinds {
    (tokens { $($(#[$tdoc:meta])* $token:ident),* $(,)? }
     keywords { $($keyword:ident $word:literal),* $(,)? }
     nodes { $($node:ident $rule:literal),* $(,)? }) => {
        /// What a token or a node of the tree is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum SyntaxKind {
            $($(#[$tdoc])* $token,)*
            $(#[doc = concat!("The keyword `", $word, "`, or a word that was read as nothing else.")] $keyword,)*
            $(#[doc = concat!("The rule `", $rule, "` of the grammar.")] $node,)*
        }

        impl SyntaxKind {
            /// Every kind, in the order of its number.
            pub const ALL: &'static [SyntaxKind] = &[$(SyntaxKind::$token,)* $(SyntaxKind::$keyword,)* $(SyntaxKind::$node,)*];

            /// The keywords, with their words.
            pub const KEYWORDS: &'static [(SyntaxKind, &'static str)] = &[$((SyntaxKind::$keyword, $word),)*];

            /// The name of the rule of `flow.pest` that makes nodes of this kind.
            pub const fn rule(self) -> Option<&'static str> {
                match self {
                    $(SyntaxKind::$node => Some($rule),)*
                    _ => None,
                }
            }

            /// The word of a keyword.
            pub const fn keyword(self) -> Option<&'static str> {
                match self {
                    $(SyntaxKind::$keyword => Some($word),)*
                    _ => None,
                }
            }
        }
    };
}

syntax_kinds! {
    tokens {
        /// Spaces and tabs within a line.
        Whitespace,
        /// One or more line ends with the spaces around them, up to the next token.
        Newline,
        /// `# …`
        Comment,
        /// `## …`, shown on hover and in generated documentation.
        DocComment,
        /// A name: declared, meant, a field or a label.
        Name,
        /// A word that is no keyword, before the parser has made a name of it, or a part of a language code.
        Word,
        /// `12`
        Integer,
        /// `2.5`
        Decimal,
        /// `20%`
        Percent,
        /// `30s`, `5m`, `2h`, `14d`, `1w`
        Duration,
        /// `09:00`
        Time,
        /// `2026-12-25`
        Date,
        /// `/…/`, behind `matching` only
        Regex,
        /// `EUR`
        Currency,
        /// `mon` to `sun`
        Weekday,
        /// `jan` to `dec`
        Month,
        /// The quote or three quotes that open a text.
        TextOpen,
        /// The quote or three quotes that close a text.
        TextClose,
        /// Plain characters of a text.
        TextChunk,
        /// `\"`, `\{`, `\`, `\n`
        TextEscape,
        /// `{` in a text.
        HoleOpen,
        /// `}` at the end of a hole.
        HoleClose,
        /// `{`
        OpenBrace,
        /// `}`
        CloseBrace,
        /// `(`
        OpenParen,
        /// `)`
        CloseParen,
        /// `[`
        OpenSquare,
        /// `]`
        CloseSquare,
        /// `->`
        ArrowToken,
        /// `,`
        Comma,
        /// `:`
        Colon,
        /// `.`
        Dot,
        /// `?`
        Question,
        /// `=`
        Equals,
        /// `<`
        Less,
        /// `<=`
        LessEquals,
        /// `>`
        Greater,
        /// `>=`
        GreaterEquals,
        /// `+`
        Plus,
        /// `-`
        Minus,
        /// `*`
        Star,
        /// `/`
        Slash,
        /// `|`
        Pipe,
        /// A number that is none, such as `5x` or `9:00`.
        BadNumber,
        /// A backslash in a text before something that is not escaped so.
        BadEscape,
        /// A curly or angled quote outside a text.
        CurlyQuote,
        /// Anything else.
        Unknown,
        /// The end of the file; never in a tree.
        Eof,
    }
    keywords {
        KwAbandoned "abandoned", KwAbout "about", KwAction "action", KwAfter "after", KwAgain "again",
        KwAlt "alt", KwAlways "always", KwAnd "and", KwAs "as", KwAsk "ask", KwAsked "asked",
        KwAt "at", KwAudio "audio", KwBack "back", KwBetween "between", KwBody "body", KwBot "bot",
        KwBrief "brief", KwBusy "busy", KwButton "button", KwBy "by", KwCall "call", KwCalls "calls",
        KwCards "cards", KwCategory "category", KwChanged "changed", KwChannel "channel",
        KwChannels "channels", KwCheck "check", KwChoose "choose", KwClosed "closed",
        KwConfig "config", KwConsent "consent", KwConsents "consents", KwConversation "conversation",
        KwCredit "credit", KwCurrency "currency", KwCustomer "customer", KwDay "day",
        KwDelete "delete", KwDraft "draft", KwEach "each", KwElse "else", KwEntered "entered",
        KwEscalate "escalate", KwEscalation "escalation", KwEvent "event", KwEvery "every",
        KwExample "example", KwExperiment "experiment", KwExpires "expires", KwFailed "failed",
        KwFails "fails", KwFaq "faq", KwFile "file", KwFinish "finish", KwFlow "flow",
        KwFooter "footer", KwFor "for", KwForget "forget", KwForm "form", KwFrom "from", KwGet "get",
        KwGives "gives", KwGoal "goal", KwGranted "granted", KwGroup "group", KwHeader "header", KwHigh "high",
        KwHint "hint", KwHold "hold", KwHours "hours", KwIdentify "identify", KwIf "if", KwImage "image", KwIn "in",
        KwIntent "intent", KwInvalid "invalid", KwIs "is", KwJoined "joined", KwKnown "known",
        KwLanguages "languages", KwLeft "left", KwLength "length", KwLet "let", KwLike "like", KwList "list",
        KwLocation "location", KwLookup "lookup", KwLow "low", KwMatch "match", KwMatching "matching",
        KwMessages "messages", KwMost "most", KwMoved "moved", KwName "name", KwNeeds "needs",
        KwNext "next", KwNo "no", KwNobody "nobody", KwNone "none", KwNormal "normal", KwNot "not",
        KwNote "note", KwNow "now", KwOf "of", KwOn "on", KwOne "one", KwOpen "open", KwOpens "opens",
        KwOperator "operator", KwOperators "operators", KwOr "or", KwOtherwise "otherwise",
        KwOut "out",
        KwPatch "patch", KwPost "post", KwPriority "priority", KwProactive "proactive",
        KwPublicly "publicly", KwPut "put", KwQueue "queue", KwRemember "remember", KwReply "reply",
        KwResolved "resolved", KwRetry "retry", KwReturn "return", KwRun "run", KwSay "say",
        KwSegment "segment", KwSensitive "sensitive", KwSeveral "several", KwSilence "silence",
        KwSilent "silent", KwSkip "skip", KwSource "source", KwStage "stage", KwStages "stages",
        KwStart "start", KwStep "step", KwSubject "subject", KwSuggest "suggest", KwTag "tag",
        KwTakes "takes", KwTell "tell", KwTemplate "template", KwText "text", KwThen "then",
        KwTimeout "timeout", KwTimezone "timezone", KwTitle "title", KwTo "to", KwTrack "track",
        KwTries "tries", KwTrigger "trigger", KwType "type", KwUnclear "unclear", KwUndelivered "undelivered", KwUnknown "unknown",
        KwUnless "unless", KwUnread "unread", KwUnresolved "unresolved", KwUse "use", KwValue "value",
        KwVary "vary", KwVerify "verify", KwVia "via", KwVideo "video", KwWait "wait",
        KwWaiting "waiting", KwWhen "when", KwWith "with", KwWithdrawn "withdrawn", KwWithin "within",
        KwWords "words", KwYes "yes",
    }
    nodes {
        File "file", BotItem "bot_item", NameSetting "name_setting",
        LanguagesSetting "languages_setting", ChannelsSetting "channels_setting",
        CurrencySetting "currency_setting", TimezoneSetting "timezone_setting",
        StagesSetting "stages_setting", ConsentsSetting "consents_setting",
        ProactiveSetting "proactive_setting", MessagesSetting "messages_setting",
        DraftSetting "draft_setting", TypeItem "type_item", Member "member",
        MatchingNarrowing "matching_narrowing", RangeNarrowing "range_narrowing",
        LengthNarrowing "length_narrowing", ExampleNarrowing "example_narrowing", Bound "bound",
        OptionalType "optional_type", ListType "list_type", RecordType "record_type",
        RecordTypeField "record_type_field", ParenType "paren_type", NamedType "named_type",
        CustomerItem "customer_item", ConfigItem "config_item", Field "field", MergeClause "merge_clause", EventItem "event_item",
        Params "params", Param "param", IntentItem "intent_item", WordsClause "words_clause",
        LikeClause "like_clause", SegmentItem "segment_item", LookupItem "lookup_item",
        ActionItem "action_item", GivesClause "gives_clause", FailsClause "fails_clause",
        TakesClause "takes_clause", MethodSetting "method_setting", HeaderSetting "header_setting",
        BodySetting "body_setting", TimeoutSetting "timeout_setting", RetrySetting "retry_setting",
        FailsSetting "fails_setting", MovedItem "moved_item", UseItem "use_item", FaqItem "faq_item",
        SourceSetting "source_setting", TriggerItem "trigger_item", OnSetting "on_setting",
        EnteredSource "entered_source", AskedSource "asked_source", JoinedSource "joined_source", LeftSource "left_source",
        EventSource "event_source", EverySetting "every_setting", AfterSetting "after_setting",
        IfSetting "if_setting", NeedsSetting "needs_setting", BetweenSetting "between_setting",
        CapSetting "cap_setting", ViaSetting "via_setting", UnreadSetting "unread_setting",
        UndeliveredSetting "undelivered_setting",
        BusySetting "busy_setting", PrioritySetting "priority_setting",
        ExpiresSetting "expires_setting", GoalItem "goal_item", ValueSetting "value_setting",
        CreditSetting "credit_setting", ExperimentItem "experiment_item", GoalSetting "goal_setting",
        HoldSetting "hold_setting", GroupSetting "group_setting", ArmSetting "arm_setting", QueueItem "queue_item", HoursSetting "hours_setting",
        ClosedSetting "closed_setting", YearlyDate "yearly_date", Days "days", DayRange "day_range",
        EscalationItem "escalation_item", ToSetting "to_setting", BriefSetting "brief_setting",
        NobodyItem "nobody_item", ClosedItem "closed_item", CustomerSilentItem "customer_silent_item",
        OperatorSilentItem "operator_silent_item", ResolvedItem "resolved_item",
        TemplateItem "template_item", CategorySetting "category_setting", FooterItem "footer_item",
        FlowItem "flow_item", OpenClause "open_clause", Step "step", AlwaysItem "always_item",
        IfHandler "if_handler", SilenceHandler "silence_handler", FailedHandler "failed_handler",
        UnclearHandler "unclear_handler", ChangedHandler "changed_handler",
        EventHandler "event_handler", IntentHandler "intent_handler", Bindings "bindings",
        UnclearBlock "unclear_block", IfClause "if_clause", Block "block", Arrow "arrow",
        StepTarget "step_target", QueueTarget "queue_target", NextChannelTarget "next_channel_target",
        SayStmt "say_stmt", ReplyStmt "reply_stmt", SubjectStmt "subject_stmt", ViaClause "via_clause",
        OneOf "one_of", ImageItem "image_item", VideoItem "video_item", FileItem "file_item",
        AudioItem "audio_item", LocationItem "location_item", ButtonItem "button_item",
        OpensClause "opens_clause", CallsClause "calls_clause", OnChannelItem "on_channel_item",
        TemplateUseItem "template_use_item", CardsItem "cards_item", TitleItem "title_item",
        TextItem "text_item", AskStmt "ask_stmt", AskQueueStmt "ask_queue_stmt", Answer "answer",
        CustomerRef "customer_ref", HintItem "hint_item", SuggestItem "suggest_item",
        CheckItem "check_item", InvalidItem "invalid_item", TriesItem "tries_item",
        SilenceItem "silence_item", SkipItem "skip_item", AgainItem "again_item", FormStmt "form_stmt",
        ChooseStmt "choose_stmt", FromClause "from_clause", Choice "choice", EachChoice "each_choice",
        ValueClause "value_clause", NoneItem "none_item", OtherwiseItem "otherwise_item",
        LetStmt "let_stmt", RememberStmt "remember_stmt", ForgetStmt "forget_stmt",
        CallStmt "call_stmt", Call "call", FailedItem "failed_item", WaitingItem "waiting_item",
        FailItem "fail_item", IfStmt "if_stmt", ElseIf "else_if", ElseBranch "else_branch",
        MatchStmt "match_stmt", MatchCase "match_case", Pattern "pattern", ForStmt "for_stmt",
        WaitStmt "wait_stmt", WaitForStmt "wait_for_stmt", RunStmt "run_stmt", StartStmt "start_stmt",
        ReturnStmt "return_stmt", EscalateStmt "escalate_stmt", FinishStmt "finish_stmt",
        Outcome "outcome", AgainStmt "again_stmt", BackStmt "back_stmt", VaryStmt "vary_stmt",
        Arm "arm", StageStmt "stage_stmt", TagStmt "tag_stmt", TrackStmt "track_stmt",
        NoteStmt "note_stmt", TellStmt "tell_stmt", ConsentStmt "consent_stmt", OnClause "on_clause",
        VerifyStmt "verify_stmt", IdentifyStmt "identify_stmt", OrExpr "or_expr", AndExpr "and_expr",
        NotExpr "not_expr", CompareExpr "compare_expr", KnownTest "known_test", CompareOp "compare_op",
        ElseExpr "else_expr", SumExpr "sum_expr", ProductExpr "product_expr", NegExpr "neg_expr",
        FieldExpr "field_expr", ListExpr "list_expr", RecordExpr "record_expr",
        RecordField "record_field", ParenExpr "paren_expr", FunctionExpr "function_expr",
        NameExpr "name_expr", Args "args", Arg "arg", Text "text", Hole "hole", Filter "filter",
        FilterArm "filter_arm", FilterWord "filter_word", Literal "literal", Limit "limit",
        Rate "rate", Path "path", LanguageCode "language_code", Error "error",
    }
}

impl SyntaxKind {
    /// Whether this says nothing to the grammar: spaces and comments. Line ends depend on where they stand.
    pub const fn is_trivia(self) -> bool {
        matches!(
            self,
            SyntaxKind::Whitespace | SyntaxKind::Comment | SyntaxKind::DocComment
        )
    }

    /// Whether this is a keyword, which may also be an ordinary word.
    pub const fn is_keyword(self) -> bool {
        self as u16 >= Self::KEYWORDS[0].0 as u16
            && self as u16 <= Self::KEYWORDS[Self::KEYWORDS.len() - 1].0 as u16
    }

    /// Whether this is spelled as a word: a name, a keyword or a weekday.
    pub const fn is_word(self) -> bool {
        matches!(self, SyntaxKind::Word | SyntaxKind::Name) || self.is_keyword()
    }
}

impl From<SyntaxKind> for rowan::SyntaxKind {
    fn from(kind: SyntaxKind) -> Self {
        rowan::SyntaxKind(kind as u16)
    }
}

/// The Flow language, as the tree library knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlowLanguage {}

impl rowan::Language for FlowLanguage {
    type Kind = SyntaxKind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> SyntaxKind {
        SyntaxKind::ALL
            .get(raw.0 as usize)
            .copied()
            .unwrap_or(SyntaxKind::Unknown)
    }

    fn kind_to_raw(kind: SyntaxKind) -> rowan::SyntaxKind {
        kind.into()
    }
}

/// A node of the tree, with its place and its parent.
pub type SyntaxNode = rowan::SyntaxNode<FlowLanguage>;
/// A token of the tree.
pub type SyntaxToken = rowan::SyntaxToken<FlowLanguage>;
/// A node or a token.
pub type SyntaxElement = rowan::SyntaxElement<FlowLanguage>;
