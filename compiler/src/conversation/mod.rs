//! The conversations that findings show: [`plan`] (what the customer does, and what the bot roughly says), [`wishes`]
//! (who the customer has to be, and what systems have to answer, so that conditions turn out as they must), [`begins`]
//! (how a trigger begins one).
//!
//! A plan is a conversation as far as it can be known without running it: `…` stands for words of the bot that
//! depend on values. Whoever shows a finding to people rehearses the plan with the machine and shows what is really
//! said (`botflow_scenario::rehearse`); a plan that turns out otherwise is not shown.

pub(crate) mod begins;
pub(crate) mod plan;
pub(crate) mod wishes;
