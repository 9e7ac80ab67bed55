import { connect } from '../../host.ts';

connect<'predictions'>(() => {});
